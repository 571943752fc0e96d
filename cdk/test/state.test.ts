import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { ConfigError } from '../src/errors.js'
import { readState } from '../src/state.js'
import { files } from './fixtures/fake-process.js'

const readFrom = (state: unknown) => readState(files({ state }).state)
const streamState = (name: string, state: unknown) => ({
  type: 'STREAM',
  stream: { stream_descriptor: { name }, stream_state: state },
})

describe('The state of the last sync', () => {
  it('is known by the name of its stream', async () => {
    assert.deepEqual(
      await readFrom([streamState('a', { n: 1 }), { ...streamState('b', { n: 2 }), id: 7 }]),
      new Map([
        ['a', { n: 1 }],
        ['b', { n: 2 }],
      ]),
    )
  })

  it('may be missing in many ways', async () => {
    for (const none of [[], {}, [{ type: 'LEGACY', data: {} }], [streamState('a', {})], [streamState('a', null)]])
      assert.deepEqual(await readFrom(none), new Map(), JSON.stringify(none))
    assert.deepEqual(await readState(undefined), new Map())
    assert.deepEqual(await readState(`${files({ state: [] }).state}.missing`), new Map())
  })

  it('is refused when it is GLOBAL or LEGACY, for to ignore it would be to read all once more', async () => {
    for (const [type, rest] of [
      ['GLOBAL', { global: { shared_state: { n: 1 }, stream_states: [] } }],
      ['LEGACY', { data: { a: { n: 1 } } }],
    ] as const)
      await assert.rejects(
        readFrom([{ type, ...rest }]),
        new ConfigError(
          `The state is of type ${type}, which this source does not write. Clear it to read from the start.`,
        ),
      )
    await assert.rejects(readFrom({ a: { n: 1 } }), ConfigError)
    await assert.rejects(readFrom('[{"type":'), ConfigError)
  })
})
