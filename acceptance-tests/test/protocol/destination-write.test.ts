import assert from 'node:assert/strict'
import type { AirbyteMessage, ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { runConnector, startConnector } from '../../src/connector-process.js'
import { errorsOf, statesOf } from '../../src/messages.js'
import { assertHides, assertProtocol, spellings } from './assertions.js'
import {
  catalogWith,
  command,
  database,
  deduplicated,
  input,
  names,
  password,
  record,
  state,
  status,
} from './postgres.js'

const env = { LOG_LEVEL: 'TRACE' }

describe('destination-postgres that is written to', function () {
  this.timeout(120_000)
  const db = database()
  const write = (catalog: ConfiguredAirbyteCatalog, ...lines: readonly (AirbyteMessage | string)[]) =>
    runConnector(command, { verb: 'write', config: db().config(), catalog, env }, input(...lines))
  const landed = async (table: string) =>
    (await db().sql<{ name: string }>(`SELECT name FROM landing."${table}" ORDER BY id`)).map(({ name }) => name)

  it('lands what it knows, and passes over messages and keys that it does not', async () => {
    const ended = await write(
      catalogWith(names('tolerant')),
      '{"type":"LOG","log":{"level":"INFO","message":"a source speaks"}}',
      '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":1,"connectorConfig":{"config":{}}}}',
      '{"type":"SOMETHING_OF_THE_YEAR_2040","something":{"type":"RECORD","record":{"stream":"tolerant"}}}',
      '{"type":"TRACE","trace":{"type":"ANALYTICS","emitted_at":1,"analytics":{"type":"t","value":"v"}}}',
      '',
      '{"more":[{"type":"STATE"}],"record":{"data":{"id":1,"name":"Ada"},"x":null,"emitted_at":1.7e12,"stream":"tolerant"},"type":"RECORD"}',
      '{ "type" : "RECORD" , "record" : { "stream" : "tolerant" , "namespace" : null , "emitted_at" : 1 , "data" : { "id" : 2 , "name" : "Bo\\u0062" , "undeclared" : {} } } }',
      state('tolerant', { at: 2 }),
    )
    assertProtocol(ended)
    assert.deepEqual([ended.code, ended.stderr, errorsOf(ended.messages)], [0, '', []])
    assert.deepEqual(await landed('tolerant'), ['Ada', 'Bob'])
    assertHides(ended, [password])
  })

  it('gives every state back byte for byte, with nothing added but the count', async () => {
    const states = [
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"echo"},"stream_state":{"at":12345678901234567890.10}},"id":17,"sourceStats":{"recordCount":2.0}}}',
      '{ "state" : {"stream":{"stream_state":{"caf\\u00e9":"ü","empty":{}},"stream_descriptor":{"name":"echo","namespace":null}}, "type":"STREAM" , "new_key":[1,{"a":null}]} , "type":"STATE", "id":18 }',
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"echo"},"stream_state":{}},"id":19}}',
    ]
    const counts = [2, 1, 0]
    const [first = '', second = '', third = ''] = states
    const ended = await write(
      catalogWith(names('echo')),
      record('echo', 1, 'Ada'),
      record('echo', 2, 'Bob'),
      first,
      record('echo', 3, 'Cy'),
      second,
      third,
    )
    assertProtocol(ended)
    assert.equal(ended.code, 0)
    const echoed = ended.stdout.split('\n').filter(line => JSON.parse(line || '{}').type === 'STATE')
    const stats = /,"destinationStats":\{"recordCount":(\d+)\.0\}/
    assert.deepEqual(
      echoed.map(line => line.replace(stats, '')),
      states,
    )
    assert.deepEqual(
      echoed.map(line => Number(stats.exec(line)?.[1])),
      counts,
    )
  })

  for (const [title, broken] of [
    ['is cut off', '{"type":"RECORD","record":{"stream":"broken","emitted_at":1,"data":{"id":3,"name":"Zaphod Beeble'],
    ['is not JSON', 'Zaphod Beeblebrox has gone out'],
    [
      'has a record without a stream',
      '{"type":"RECORD","record":{"emitted_at":1,"data":{"name":"Zaphod Beeblebrox"}}}',
    ],
    [
      'has data that is no object',
      '{"type":"RECORD","record":{"stream":"broken","emitted_at":1,"data":"Zaphod Beeblebrox"}}',
    ],
  ] as const)
    it(`names the number of a line that ${title}, not what is in it, and keeps what came before`, async () => {
      await db().sql('DROP TABLE IF EXISTS landing.broken')
      const ended = await write(
        catalogWith(names('broken')),
        record('broken', 1, 'Ada'),
        state('broken', { at: 1 }),
        record('broken', 2, 'Bob'),
        broken,
        record('broken', 4, 'Dot'),
        state('broken', { at: 4 }),
      )
      assertProtocol(ended)
      assert.equal(ended.code, 1)
      const [error, ...more] = errorsOf(ended.messages)
      assert.deepEqual([error?.failure_type, more], ['system_error', []])
      assert.match(error?.message ?? '', /\bline 4\b/i)
      assert.doesNotMatch(ended.stdout + ended.stderr, /Zaphod/)
      assert.deepEqual(
        statesOf(ended.messages).map(({ stream }) => stream?.stream_state),
        [{ at: 1 }],
      )
      assert.deepEqual((await landed('broken')).slice(0, 1), ['Ada'])
      assert.ok(!(await landed('broken')).includes('Dot'))
    })

  it('gives up a stream that cannot be written, says which, and lands the others', async () => {
    const ended = await write(
      catalogWith(names('keyless', deduplicated), names('healthy')),
      record('keyless', null, 'Zaphod Beeblebrox'),
      state('keyless', { at: 1 }),
      record('healthy', 1, 'Ada'),
      state('healthy', { at: 1 }),
    )
    assertProtocol(ended)
    assert.equal(ended.code, 1)
    assert.deepEqual(
      errorsOf(ended.messages).map(error => error.stream_descriptor?.name),
      ['keyless'],
    )
    assert.deepEqual(
      statesOf(ended.messages).map(({ stream }) => stream?.stream_descriptor.name),
      ['healthy'],
    )
    assert.deepEqual(await landed('healthy'), ['Ada'])
    assert.doesNotMatch(ended.stdout + ended.stderr, /Zaphod/)
  })

  it('shows no value of a record that a column or the database cannot hold', async () => {
    const documents = names('documents')
    const properties = { id: { type: 'integer' }, name: { type: 'object' }, born: { type: 'string', format: 'date' } }
    const ended = await write(
      catalogWith({ ...documents, stream: { ...documents.stream, json_schema: { type: 'object', properties } } }),
      '{"type":"RECORD","record":{"stream":"documents","emitted_at":1,"data":{"id":"Zaphod Beeblebrox","born":"Zaphod 2"}}}',
      '{"type":"RECORD","record":{"stream":"documents","emitted_at":1,"data":{"id":2,"name":{"Zaphod Beeblebrox":1e200000}}}}',
    )
    assertProtocol(ended)
    assert.deepEqual([ended.code, errorsOf(ended.messages).length], [1, 1])
    assert.doesNotMatch(ended.stdout + ended.stderr, /Zaphod|1e200000/)
  })

  it('refuses a record of a stream that is not in the catalog', async () => {
    const ended = await write(catalogWith(names('known')), record('unknown', 1, 'Zaphod Beeblebrox'))
    assertProtocol(ended)
    assert.equal(ended.code, 1)
    assert.match(errorsOf(ended.messages)[0]?.message ?? '', /unknown/)
    assert.doesNotMatch(ended.stdout + ended.stderr, /Zaphod/)
  })

  for (const [spelling, schema] of Object.entries(spellings(password)))
    it(`masks a password that another option repeats, spelled ${spelling}`, async () => {
      const ended = await runConnector(command, { verb: 'check', config: db().config({ schema }), env })
      assertProtocol(ended)
      assertHides(ended, [password])
      const [answer] = ended.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])
      assert.match(answer?.message ?? '', /may not create the schema \*{4}/)
    })

  it('shows no password when the login fails, and ends with a config_error', async () => {
    const config = db().config({ password: `not ${password}` })
    const catalog = catalogWith(names('nothing'))
    const ended = await runConnector(
      command,
      { verb: 'write', config, catalog, env },
      input(status('nothing', 'COMPLETE')),
    )
    assertProtocol(ended)
    assertHides(ended, [`not ${password}`, password])
    assert.equal(ended.code, 1)
    assert.deepEqual(
      errorsOf(ended.messages).map(({ failure_type }) => failure_type),
      ['config_error'],
    )
  })

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)
    it(`writes what it was given after ${signal}, gives its state back, and ends with exit code ${code}`, async () => {
      const table = `stopped_by_${signal.toLowerCase()}`
      const catalog = catalogWith(names(table), names('a_sign_of_life'))
      const { process, ended, heard } = startConnector(command, { verb: 'write', config: db().config(), catalog })
      const all = ended()
      // A state that covers nothing goes back at once: what came before it has been read.
      process.stdin.write(input(record(table, 1, 'Ada'), state(table, { at: 1 }), state('a_sign_of_life', {})))
      await heard('a_sign_of_life')
      process.kill(signal)
      const said = await all
      assertProtocol(said)
      assert.deepEqual([said.code, said.signal, said.stderr], [code, null, ''])
      assert.deepEqual(
        statesOf(said.messages, table).map(({ stream }) => stream?.stream_state),
        [{ at: 1 }],
      )
      assert.deepEqual(await landed(table), ['Ada'])
    })
})
