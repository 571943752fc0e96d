import assert from 'node:assert/strict'
import type { AirbyteMessage, ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { beforeEach, describe, it } from 'mocha'
import { runConnector } from '../../src/connector-process.js'
import { errorsOf, statesOf } from '../../src/messages.js'
import { assertProtocol } from './assertions.js'
import { catalogWith, command, database, deduplicated, input, names, record, state, status } from './postgres.js'

const table = 'patients'

/** The last state of a full refresh that has been read to its end. */
const done = state(table, { __ab_full_refresh_sync_complete: true })

describe('destination-postgres and rows that are to be replaced', function () {
  this.timeout(120_000)
  const db = database()
  const landed = async () =>
    (await db().sql<{ name: string }>(`SELECT name FROM landing.${table} ORDER BY id`)).map(({ name }) => name)
  const write = async (stream: ConfiguredAirbyteStream, ...messages: readonly (AirbyteMessage | string)[]) => {
    const config = db().config()
    const ended = await runConnector(
      command,
      { verb: 'write', config, catalog: catalogWith(stream) },
      input(...messages),
    )
    assertProtocol(ended)
    return ended
  }

  beforeEach(async () => {
    await db().sql(`DROP TABLE IF EXISTS landing.${table}, landing.${table}__stage`)
    const old = names(table, { generation_id: 1, minimum_generation_id: 0, sync_id: 1 })
    await write(old, record(table, 1, 'old'), state(table, {}), status(table, 'COMPLETE'))
    assert.deepEqual(await landed(), ['old'])
  })

  describe('on a platform that knows refreshes', () => {
    const refresh = (more: Partial<ConfiguredAirbyteStream> = {}) =>
      names(table, { sync_mode: 'full_refresh', generation_id: 2, minimum_generation_id: 2, sync_id: 2, ...more })

    it('replaces them when COMPLETE has come', async () => {
      const ended = await write(refresh(), record(table, 2, 'new'), done, status(table, 'COMPLETE'))
      assert.deepEqual([ended.code, await landed()], [0, ['new']])
      assert.equal(statesOf(ended.messages).length, 1)
    })

    it('replaces them by nothing when COMPLETE has come and no record', async () => {
      const ended = await write(refresh(), done, status(table, 'COMPLETE'))
      assert.deepEqual([ended.code, await landed()], [0, []])
    })

    it('leaves them when the input ends without COMPLETE, and fails so that it is tried again', async () => {
      const ended = await write(refresh(), record(table, 2, 'new'), done)
      assert.deepEqual([ended.code, await landed()], [1, ['old']])
      assert.deepEqual(
        errorsOf(ended.messages).map(({ failure_type }) => failure_type),
        ['transient_error'],
      )
    })

    it('leaves them when INCOMPLETE has come', async () => {
      const ended = await write(refresh(), record(table, 2, 'new'), done, status(table, 'INCOMPLETE'))
      assert.deepEqual([ended.code, await landed()], [1, ['old']])
    })

    it('goes on in the next attempt with what the first one was given', async () => {
      const stream = refresh(deduplicated)
      const first = await write(stream, record(table, 2, 'two'), state(table, { at: 2 }), record(table, 3, 'three'))
      assert.deepEqual(
        statesOf(first.messages).map(({ stream }) => stream?.stream_state),
        [{ at: 2 }],
      )
      assert.deepEqual(await landed(), ['old'])
      await write(stream, record(table, 3, 'three'), record(table, 4, 'four'), done, status(table, 'COMPLETE'))
      assert.deepEqual(await landed(), ['two', 'three', 'four'])
    })

    it('keeps them all when the generation is new and the least one is 0', async () => {
      const stream = refresh({ minimum_generation_id: 0 })
      const ended = await write(stream, record(table, 2, 'new'), done, status(table, 'COMPLETE'))
      assert.deepEqual([ended.code, await landed()], [0, ['old', 'new']])
    })

    it('refuses a least generation between the two', async () => {
      const stream = refresh({ generation_id: 3, minimum_generation_id: 2 })
      const ended = await write(stream, record(table, 2, 'new'), done, status(table, 'COMPLETE'))
      assert.deepEqual([ended.code, await landed()], [1, ['old']])
    })
  })

  describe('on a platform that does not', () => {
    const overwrite = (more: Partial<ConfiguredAirbyteStream> = {}) =>
      names(table, { sync_mode: 'full_refresh', destination_sync_mode: 'overwrite', ...more })

    it('replaces them when the last state says that all has been read', async () => {
      const ended = await write(overwrite(), record(table, 2, 'new'), done)
      assert.deepEqual([ended.code, await landed()], [0, ['new']])
      assert.equal(statesOf(ended.messages).length, 1)
    })

    for (const [title, messages] of [
      ['without a state', []],
      ['behind a state that says nothing of an end', [state(table, { at: 2 })]],
      ['behind records that no state covers', [done, record(table, 3, 'newer')]],
    ] as const)
      it(`leaves them when the input ends ${title}, and says so without failing`, async () => {
        const ended = await write(overwrite(), record(table, 2, 'new'), ...messages)
        assert.deepEqual([ended.code, await landed()], [0, ['old']])
        const warnings = ended.messages.filter(({ log }) => log?.level === 'WARN').map(({ log }) => log?.message)
        assert.match(warnings.join(), new RegExp(`\\b${table}\\b`))
        // What is kept aside cannot be found again by an attempt that has no number: no state may vouch for it.
        assert.deepEqual(statesOf(ended.messages), [])
      })

    it('replaces those of a stream without states on the way when one has come behind its last record', async () => {
      const { stream } = names(table)
      const plain = overwrite({ stream: { ...stream, is_resumable: false } })
      const ended = await write(plain, record(table, 2, 'new'), state(table, {}))
      assert.deepEqual([ended.code, await landed()], [0, ['new']])
    })
  })
})
