import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { postgresDestination } from '../src/index.js'
import { configFor, emptySchema, listening, record, sql, stream, syncOf } from './database.js'

const schema = 'tables'

/** What another loader's table has. */
const airbyte =
  '_airbyte_raw_id varchar, _airbyte_extracted_at timestamptz, _airbyte_meta jsonb, _airbyte_generation_id bigint'

describe('a table that is there already', () => {
  before(() => emptySchema(schema))

  it('gets the columns that it lacks and keeps those that the stream has lost', async () => {
    await syncOf(stream('grows', { a: { type: 'string' } }), [[record({ a: '1' })]], { schema })
    await syncOf(stream('grows', { b: { type: 'integer' } }), [[record({ a: 'undeclared', b: 2 })]], { schema })
    assert.deepEqual(await sql(`SELECT a, b FROM ${schema}.grows ORDER BY b`), [
      { a: null, b: '2' },
      { a: '1', b: null },
    ])
  })

  it('is written in its own types where they take the values whole', async () => {
    await sql(`CREATE TABLE ${schema}.wide (${airbyte}, i numeric, t varchar, j jsonb, d text)`)
    const declared = {
      i: { type: 'integer' },
      t: { type: 'number' },
      j: { type: 'string' },
      d: { type: 'string', format: 'date-time' },
    }
    await syncOf(stream('wide', declared), [[record('{"i":7,"t":1.50,"j":"x","d":"2024-05-01T10:00:00+02:00"}')]], {
      schema,
    })
    assert.deepEqual(await sql(`SELECT i, t, j, d, length(_airbyte_raw_id) AS id FROM ${schema}.wide`), [
      { i: '7', t: '1.50', j: 'x', d: '2024-05-01T10:00:00+02:00', id: 36 },
    ])
  })

  it('is refused with table, column and both types where they do not', async () => {
    for (const [type, property] of [
      ['bigint', 'string'],
      ['numeric(38,9)', 'number'],
      ['character varying(20)', 'string'],
    ]) {
      await sql(`DROP TABLE IF EXISTS ${schema}.narrow; CREATE TABLE ${schema}.narrow (${airbyte}, v ${type})`)
      await assert.rejects(
        syncOf(stream('narrow', { v: { type: property ?? '' } }), [], { schema }),
        (error: Error) => {
          assert.equal(error.name, 'ConfigError')
          assert.ok(
            error.message.startsWith(`The column v of tables.narrow is of type ${type} and the stream's values are `),
          )
          return true
        },
      )
    }
  })

  it('is left alone when it is not one of Airbyte’s, in every mode', async () => {
    await sql(`CREATE TABLE ${schema}.theirs (v text); INSERT INTO ${schema}.theirs VALUES ('precious')`)
    await sql(`CREATE VIEW ${schema}.their_view AS SELECT 1 AS v`)
    for (const mode of ['append', 'append_dedup', 'overwrite'] as const) {
      const configured = { destination_sync_mode: mode, primary_key: [['v']] }
      await assert.rejects(
        syncOf(stream('theirs', { v: {} }, configured), [[record({ v: 1 })]], { schema, complete: true }),
        {
          name: 'ConfigError',
          message: /tables\.theirs exists and is none of Airbyte's/,
        },
      )
      await assert.rejects(syncOf(stream('their_view', { v: {} }, configured), [], { schema }), {
        name: 'ConfigError',
        message: /tables\.their_view exists and is no table/,
      })
    }
    await sql(`CREATE TABLE ${schema}.s__stage (v text)`)
    await assert.rejects(syncOf(stream('s', {}, { destination_sync_mode: 'overwrite' }), [], { schema }), {
      name: 'ConfigError',
      message: /tables\.s__stage is in the way of the stage for s/,
    })
    assert.deepEqual(await sql(`SELECT v FROM ${schema}.theirs`), [{ v: 'precious' }])
  })

  it('gets a primary key when the mode asks for one, if its rows have it', async () => {
    const appended = stream('keyed', { id: { type: 'integer' } })
    const deduped = { ...appended, destination_sync_mode: 'append_dedup' as const, primary_key: [['id']] }
    await syncOf(appended, [[record({ id: 1 }), record({ id: 2 })]], { schema })
    await syncOf(deduped, [[record({ id: 2 }), record({ id: 3 })]], { schema })
    assert.equal((await sql(`SELECT FROM ${schema}.keyed`)).length, 3)
    await assert.rejects(
      syncOf({ ...deduped, primary_key: [['other']], stream: stream('keyed', { other: {} }).stream }, [], { schema }),
      {
        name: 'ConfigError',
        message: /has the primary key \(id\) and the stream \(other\)/,
      },
    )
    await sql(`ALTER TABLE ${schema}.keyed DROP CONSTRAINT keyed_pkey`)
    await syncOf(appended, [[record({ id: 3 })]], { schema })
    await assert.rejects(syncOf(deduped, [], { schema }), {
      name: 'ConfigError',
      message: /do not have \(id\) as a key/,
    })
  })

  it('says so when append meets a primary key', async () => {
    const appended = stream('unique', { id: { type: 'integer' } })
    await syncOf(
      { ...appended, destination_sync_mode: 'append_dedup', primary_key: [['id']] },
      [[record({ id: 4711 })]],
      { schema },
    )
    await assert.rejects(syncOf(appended, [[record({ id: 4711 })]], { schema }), (error: Error) => {
      assert.equal(error.name, 'ConfigError')
      assert.match(error.message, /unique key that rows of the stream share/)
      assert.doesNotMatch(`${error.message} ${error.cause}`, /4711/)
      return true
    })
  })
})

describe('the streams of a sync', () => {
  before(() => emptySchema(schema))

  it('lie in the schema of their namespace, which is made when it is not there', async () => {
    await sql('DROP SCHEMA IF EXISTS "Name Space" CASCADE')
    const spaced = stream('select', { 'from"': { type: 'string' } })
    await syncOf({ ...spaced, stream: { ...spaced.stream, namespace: 'Name Space' } }, [[record({ 'from"': 'x' })]], {
      schema,
    })
    assert.deepEqual(await sql('SELECT "from""" AS v FROM "Name Space"."select"'), [{ v: 'x' }])
    await sql('DROP SCHEMA "Name Space" CASCADE')
  })

  it('are refused with both names when they mean the same table', async () => {
    const sink = await postgresDestination(undefined).open(await configFor(schema), listening())
    const other = stream('same', {})
    await sink.writer(stream('same', {}))
    await assert.rejects(sink.writer({ ...other, stream: { ...other.stream, namespace: schema } }), {
      name: 'ConfigError',
      message: /The streams same and same would both use the table tables\.same/,
    })
    await assert.rejects(sink.writer(stream('same__stage', {})), { message: /streams same and same__stage would both/ })
    await sink.close()
  })

  it('are refused in a sync mode that is none of the three', () =>
    assert.rejects(syncOf(stream('s', {}, { destination_sync_mode: 'update' }), [], { schema }), {
      name: 'ConfigError',
      message: /sync mode update is not supported/,
    }))
})
