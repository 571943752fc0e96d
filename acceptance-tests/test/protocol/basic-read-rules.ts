import assert from 'node:assert/strict'
import type { AirbyteMessage, ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { before, it } from 'mocha'
import type { Ended } from '../../src/connector-process.js'
import { errorsOf, recordsOf, statesOf, statusesOf, streamOf } from '../../src/messages.js'
import { assertProtocol, compile, keyOf } from './assertions.js'
import type { SourceWorld, Standing } from './source-under-test.js'

export function basicReadRules({ run, world, catalog: discover }: Standing<SourceWorld>): void {
  let catalog: ConfiguredAirbyteCatalog
  let ended: Ended
  const streams = () => catalog.streams.map(({ stream }) => stream)
  const readWith = (changed: ConfiguredAirbyteCatalog) =>
    run({ verb: 'read', config: world().config, catalog: changed })

  before(async () => {
    catalog = await discover()
    ended = await readWith(catalog)
  })

  it('prints valid messages only, nothing on stderr, and ends with exit code 0', () => {
    assertProtocol(ended)
    assert.deepEqual([ended.code, ended.stderr, errorsOf(ended.messages)], [0, '', []])
  })

  it('sends records of every stream that fit its schema, and no column that it does not declare', () => {
    for (const { name, json_schema } of streams()) {
      const fits = compile(json_schema)
      const declared = new Set(Object.keys(Object(json_schema.properties)))
      const records = recordsOf(ended.messages, name)
      assert.ok(records.length > 0, `${name} is empty`)
      for (const { data } of records) {
        assert.ok(fits(data), `${name}: ${fits.errors?.map(error => `${error.instancePath} ${error.message}`)}`)
        assert.deepEqual(
          Object.keys(data).filter(column => !declared.has(column)),
          [],
          name,
        )
      }
    }
  })

  it('gives every record a whole primary key, and no two records the same', () => {
    for (const stream of streams()) {
      const keys = recordsOf(ended.messages, stream.name).map(record => keyOf(stream, record))
      assert.equal(keys.filter(key => /null/.test(key)).length, 0, stream.name)
      assert.equal(new Set(keys).size, keys.length, stream.name)
    }
  })

  it('tells of each stream that it is STARTED, then RUNNING, then COMPLETE, with all it sends in between', () => {
    for (const { name } of streams()) {
      assert.deepEqual(statusesOf(ended.messages, name), ['STARTED', 'RUNNING', 'COMPLETE'], name)
      const told = ended.messages.flatMap(message => toldOf(message, name))
      assert.deepEqual([told[0], told.at(-1)], ['STARTED', 'COMPLETE'], name)
      // It runs when it has its first record.
      assert.ok(told.indexOf('RUNNING') <= 2, name)
    }
  })

  it('sends states of one stream each whose counts are those of the records in between, the last behind them all', () => {
    for (const { name } of streams()) {
      let since = 0
      let states = 0
      for (const { record, state } of ended.messages) {
        if (record?.stream === name) since++
        if (!state || streamOf(state) !== name) continue
        assert.deepEqual([state.type, state.sourceStats?.recordCount], ['STREAM', since], name)
        since = 0
        states++
      }
      assert.deepEqual([since, states > 0], [0, true], name)
    }
    assert.equal(statesOf(ended.messages).filter(state => !streamOf(state)).length, 0)
  })

  it('fails for a stream that does not exist, and reads the others', async () => {
    const [first, ...rest] = catalog.streams
    assert.ok(first)
    const unknown = { ...first, stream: { ...first.stream, name: 'a_stream_that_does_not_exist' } }
    const broken = await readWith({ streams: [unknown, ...rest] })
    assertProtocol(broken)
    assert.equal(broken.code, 1)
    const errors = errorsOf(broken.messages).map(error => [error.stream_descriptor?.name, error.failure_type])
    assert.deepEqual(errors, [['a_stream_that_does_not_exist', 'config_error']])
    assert.equal(statusesOf(broken.messages, 'a_stream_that_does_not_exist').at(-1), 'INCOMPLETE')
    for (const { stream } of rest) {
      assert.equal(statusesOf(broken.messages, stream.name).at(-1), 'COMPLETE', stream.name)
      assert.equal(
        recordsOf(broken.messages, stream.name).length,
        recordsOf(ended.messages, stream.name).length,
        stream.name,
      )
    }
  })

  it('fails for a sync mode that a stream does not know, and reads the others', async () => {
    const [first, ...rest] = catalog.streams
    assert.ok(first)
    const only = { ...first.stream, supported_sync_modes: ['full_refresh' as const] }
    const broken = await readWith({ streams: [{ ...first, stream: only, sync_mode: 'incremental' }, ...rest] })
    assertProtocol(broken)
    assert.equal(broken.code, 1)
    const errors = errorsOf(broken.messages).map(error => [error.stream_descriptor?.name, error.failure_type])
    assert.deepEqual(errors, [[first.stream.name, 'config_error']])
    assert.deepEqual(recordsOf(broken.messages, first.stream.name), [])
    for (const { stream } of rest) assert.equal(statusesOf(broken.messages, stream.name).at(-1), 'COMPLETE')
  })

  it('refuses a catalog with a sync mode that the protocol does not know, before it reads anything', async () => {
    const invalid = JSON.parse(JSON.stringify(catalog).replace(/"sync_mode":"\w+"/, '"sync_mode":"INVALID"'))
    const broken = await readWith(invalid)
    assertProtocol(broken)
    assert.equal(broken.code, 1)
    assert.deepEqual(
      errorsOf(broken.messages).map(({ failure_type }) => failure_type),
      ['config_error'],
    )
    assert.deepEqual(recordsOf(broken.messages), [])
  })
}

/** What a message tells of a stream. */
const toldOf = ({ record, state, trace }: AirbyteMessage, name: string): string[] => {
  if (record?.stream === name) return ['RECORD']
  if (state && streamOf(state) === name) return ['STATE']
  return trace?.stream_status?.stream_descriptor.name === name ? [trace.stream_status.status] : []
}
