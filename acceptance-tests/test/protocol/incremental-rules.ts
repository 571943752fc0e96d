import assert from 'node:assert/strict'
import type { AirbyteMessage, AirbyteStateMessage, ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { before, it } from 'mocha'
import type { Ended } from '../../src/connector-process.js'
import { lastStates, recordsOf, statesOf, streamOf } from '../../src/messages.js'
import { assertProtocol, keyOf } from './assertions.js'
import type { SourceWorld, Standing } from './source-under-test.js'

/** How many of the states on the way are resumed from: as many as Airbyte's own acceptance tests do. */
const SAMPLES = 10

export function incrementalRules({ run, world, catalog: discover }: Standing<SourceWorld>): void {
  let catalog: ConfiguredAirbyteCatalog
  let first: Ended
  const readFrom = (state: readonly AirbyteStateMessage[]) =>
    run({ verb: 'read', config: world().config, catalog, state })
  const keys = (messages: readonly AirbyteMessage[], name: string) => {
    const stream = catalog.streams.find(configured => configured.stream.name === name)?.stream
    assert.ok(stream, name)
    return recordsOf(messages, name).map(record => keyOf(stream, record))
  }

  before(async () => {
    catalog = await discover('incremental')
    first = await readFrom([])
  })

  it('reads nothing again from its last states', async () => {
    const second = await readFrom(lastStates(first.messages))
    assertProtocol(second)
    assert.deepEqual([second.code, recordsOf(second.messages)], [0, []])
  })

  it('reads from any state on the way what that state does not cover, and nothing else', async () => {
    const { messages } = first
    const places = [...messages.keys()].filter(index => messages[index]?.state)
    assert.ok(places.length > SAMPLES, `There are only ${places.length} states to resume from.`)
    const every = Math.ceil(places.length / SAMPLES)
    for (const place of places.filter((_, index) => index % every === 0)) {
      const before = messages.slice(0, place + 1)
      const rest = await readFrom(lastStates(before))
      assertProtocol(rest)
      assert.equal(rest.code, 0)
      for (const { stream } of catalog.streams) {
        const lastState = before.findLastIndex(({ state }) => state && streamOf(state) === stream.name)
        const covered = keys(before.slice(0, lastState + 1), stream.name)
        assert.deepEqual(
          [...covered, ...keys(rest.messages, stream.name)].toSorted(),
          keys(messages, stream.name).toSorted(),
          `${stream.name}, from message ${place}`,
        )
      }
    }
  })

  it('reads nothing from a state of an absurd future', async () => {
    const states = lastStates(first.messages).map((state): AirbyteStateMessage => {
      const { stream_descriptor, stream_state } = state.stream ?? {}
      assert.ok(stream_descriptor && stream_state)
      return { type: 'STREAM', stream: { stream_descriptor, stream_state: world().future(stream_state) } }
    })
    const ended = await readFrom(states)
    assertProtocol(ended)
    assert.deepEqual([ended.code, recordsOf(ended.messages)], [0, []])
    assert.equal(statesOf(ended.messages).length >= states.length, true)
  })

  it('reads what was written since, and nothing else', async () => {
    const { followed, write } = world()
    await write()
    const second = await readFrom(lastStates(first.messages))
    const third = await readFrom(lastStates(second.messages))
    assert.equal(keys(second.messages, followed).length, 1)
    assert.deepEqual(keys(third.messages, followed), [])
  })
}
