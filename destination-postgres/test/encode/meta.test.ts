import assert from 'node:assert/strict'
import type { JsonObject } from '@openehr-connectors/spec'
import { before, describe, it } from 'mocha'
import { emptySchema, record, sql, stream, syncOf } from '../database.js'

const schema = 'meta'
const properties = { note: { type: 'string' }, doc: { type: 'object' }, size: { type: 'integer' } }

/** The one row that a record leaves behind. */
const rowOf = async (table: string, data: JsonObject | string, changes: { field: string }[] = []) => {
  const incoming = changes.map(({ field }) => ({
    field,
    change: 'NULLED' as const,
    reason: 'SOURCE_RETRIEVAL_ERROR' as const,
  }))
  await syncOf(
    stream(table, properties, { sync_id: 7, generation_id: 3, minimum_generation_id: 0 }),
    [[{ ...record(data), changes: incoming }]],
    { schema },
  )
  const [row] = await sql(
    `SELECT note, doc::text AS doc, size::text AS size, _airbyte_meta AS meta FROM ${schema}.${table}`,
  )
  return row
}

const mended = (field: string) => ({ field, change: 'TRUNCATED', reason: 'DESTINATION_SERIALIZATION_ERROR' })
const nulled = (field: string) => ({ field, change: 'NULLED', reason: 'DESTINATION_TYPECAST_ERROR' })

describe('a row', () => {
  before(() => emptySchema(schema))

  it('carries the sync, the generation, the time of extraction and an id of its own', async () => {
    const at = Date.parse('2024-05-01T10:00:00.123Z')
    await syncOf(
      stream('plain', properties, { sync_id: 7, generation_id: 3, minimum_generation_id: 0 }),
      [[record({ size: 1 }, at), record({ size: 2 }, at)]],
      { schema },
    )
    const rows = await sql(`SELECT size, _airbyte_meta AS meta, _airbyte_generation_id AS generation,
      _airbyte_extracted_at AS at FROM ${schema}.plain ORDER BY size`)
    const own = { meta: { sync_id: 7, changes: [] }, generation: '3', at: new Date(at) }
    assert.deepEqual(rows, [
      { size: '1', ...own },
      { size: '2', ...own },
    ])
    const [ids] = await sql(`SELECT count(DISTINCT _airbyte_raw_id) AS different,
      bool_and(_airbyte_raw_id::text ~ '^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$') AS random FROM ${schema}.plain`)
    assert.deepEqual(ids, { different: '2', random: true })
  })

  it('says which values did not fit, after what the source said', async () =>
    assert.deepEqual(await rowOf('misfits', { size: 'large', note: 'n' }, [{ field: 'doc' }]), {
      note: 'n',
      doc: null,
      size: null,
      meta: {
        sync_id: 7,
        changes: [{ field: 'doc', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }, nulled('size')],
      },
    }))

  it('has the replacement character for NUL, which PostgreSQL cannot hold, and says so', async () =>
    assert.deepEqual(await rowOf('nul', { note: 'a\0b', doc: { deep: ['\0', 'c'] }, size: 1 }), {
      note: 'a\ufffdb',
      doc: '{"deep": ["\ufffd", "c"]}',
      size: '1',
      meta: { sync_id: 7, changes: [mended('note'), mended('doc')] },
    }))

  it('has the replacement character for half a surrogate pair, and says so', async () =>
    assert.deepEqual(await rowOf('halves', String.raw`{"note":"\ud83d\ude00 \uD83D \ude00","doc":{"k\udc00":1}}`), {
      note: '😀 \ufffd \ufffd',
      doc: '{"k\ufffd": 1}',
      size: null,
      meta: { sync_id: 7, changes: [mended('note'), mended('doc')] },
    }))

  it('keeps a backslash before u0000, which is no NUL, without a word', async () =>
    assert.deepEqual(await rowOf('backslash', String.raw`{"note":"\\u0000","doc":["\\ud800"]}`), {
      note: String.raw`\u0000`,
      doc: String.raw`["\\ud800"]`,
      size: null,
      meta: { sync_id: 7, changes: [] },
    }))

  it('takes the last value of a key that comes twice, however the key is spelled, as jsonb does', async () =>
    assert.deepEqual(await rowOf('twice', String.raw`{"size":1,"note":"a","n\u006fte":"b","extra":{"note":"c"}}`), {
      note: 'b',
      doc: null,
      size: '1',
      meta: { sync_id: 7, changes: [] },
    }))

  it('takes a value of many megabytes', async () => {
    const long = 'ä'.repeat(9_000_000)
    await syncOf(
      stream('long', properties),
      [[record({ note: 'before' }), record({ note: long, doc: { long } }), record({ note: 'after' })]],
      { schema },
    )
    assert.deepEqual(
      await sql(`SELECT length(note) AS note, length(doc->>'long') AS doc FROM ${schema}.long ORDER BY note`),
      [
        { note: 5, doc: null },
        { note: 6, doc: null },
        { note: 9_000_000, doc: 9_000_000 },
      ],
    )
  })
})
