import assert from 'node:assert/strict'
import { it } from 'mocha'
import { recordsOf, statesOf } from '../../src/messages.js'
import { assertProtocol, keyOf } from './assertions.js'
import type { SourceWorld, Standing } from './source-under-test.js'

export function fullRefreshRules({ run, world, catalog: discover }: Standing<SourceWorld>): void {
  it('reads all that it has read before when it reads again', async () => {
    const catalog = await discover('full_refresh')
    const read = () => run({ verb: 'read', config: world().config, catalog })
    const [first, second] = [await read(), await read()]
    for (const ended of [first, second]) {
      assertProtocol(ended)
      assert.equal(ended.code, 0)
    }
    for (const { stream } of catalog.streams) {
      const again = new Set(recordsOf(second.messages, stream.name).map(record => JSON.stringify(record.data)))
      const missing = recordsOf(first.messages, stream.name).filter(({ data }) => !again.has(JSON.stringify(data)))
      assert.ok(again.size > 0, stream.name)
      assert.deepEqual(
        missing.map(record => keyOf(stream, record)),
        [],
        stream.name,
      )
    }
  })

  it('marks the last state of a stream as the last, and no other', async () => {
    const catalog = await discover('full_refresh')
    const { messages } = await run({ verb: 'read', config: world().config, catalog })
    for (const { stream } of catalog.streams) {
      const marks = statesOf(messages, stream.name).map(
        state => state.stream?.stream_state?.__ab_full_refresh_sync_complete === true,
      )
      assert.deepEqual([marks.indexOf(true), marks.length > 0], [marks.length - 1, true], stream.name)
    }
  })
}
