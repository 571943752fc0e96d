import assert from 'node:assert/strict'
import type { JsonObject } from '@openehr-connectors/spec'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import { emptySchema, record, sql, stream, syncOf } from './database.js'

const schema = 'dedup'
const properties = {
  ehr: { type: 'string' },
  uid: { type: 'string' },
  at: { type: ['null', 'string'], format: 'date-time' },
  note: { type: 'string' },
}
const dedup = (name: string, declared: JsonObject = properties, cursor: string[] = ['at']) =>
  stream(name, declared, {
    destination_sync_mode: 'append_dedup',
    primary_key: [['ehr'], ['uid']],
    cursor_field: cursor,
  })

const stored = async (table: string) => {
  const rows = await sql<{ key: string; note: string }>(
    `SELECT ehr || '/' || uid AS key, note FROM ${schema}.${table} ORDER BY 1`,
  )
  return Object.fromEntries(rows.map(({ key, note }) => [key, note]))
}

const TIMES = [
  '2024-01-01T00:00:00Z',
  '2024-01-01T00:00:00.000001Z',
  '2024-01-01T01:00:00+01:00',
  '2024-06-01T00:00:00Z',
]

interface Version {
  readonly ehr: string
  readonly uid: string
  readonly at: string | null
  readonly extracted: number
  readonly note: string
}

const version = fc.record({
  ehr: fc.constantFrom('e1', 'e2', 'ü"\\'),
  uid: fc.constantFrom('c1', 'c2'),
  at: fc.constantFrom(null, ...TIMES),
  extracted: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 }),
})

/** Cut into batches at random places. */
const batched = fc.array(version, { minLength: 1, maxLength: 40 }).chain(versions =>
  fc.array(fc.boolean(), { minLength: versions.length, maxLength: versions.length }).map(cuts => ({
    versions: versions.map((one, i): Version => ({ ...one, note: `v${i}` })),
    cuts,
  })),
)

const micros = (at: string): number => Date.parse(at) * 1000 + (at.includes('.000001') ? 1 : 0)

/** The rule in words: the newest cursor, none being the oldest; then the latest extraction; then the last to come. */
const winners = (versions: readonly Version[]): Record<string, string> => {
  const rank = ({ at, extracted }: Version): [number, number] => [at === null ? -1 : micros(at), extracted]
  const best = new Map<string, Version>()
  for (const one of versions) {
    const key = `${one.ehr}/${one.uid}`
    const [cursor, extracted] = rank(one)
    const [bestCursor, bestExtracted] = rank(best.get(key) ?? { ...one, at: null, extracted: 0 })
    if (cursor > bestCursor || (cursor === bestCursor && extracted >= bestExtracted)) best.set(key, one)
  }
  return Object.fromEntries([...best].map(([key, { note }]) => [key, note]).sort())
}

const deleted = { ehr: 'e', uid: 'u', _ab_cdc_deleted_at: '2024-06-01T00:00:00Z', at: TIMES[3] ?? null }

describe('append_dedup', () => {
  before(() => emptySchema(schema))

  it('keeps the newest version of each key, in whatever order and batches they come', async () => {
    await fc.assert(
      fc.asyncProperty(batched, async ({ versions, cuts }) => {
        await sql(`DROP TABLE IF EXISTS ${schema}.law`)
        const batches: ReturnType<typeof record>[][] = [[]]
        for (const [i, { extracted, ...data }] of versions.entries()) {
          batches.at(-1)?.push(record(data, extracted))
          if (cuts[i]) batches.push([])
        }
        await syncOf(dedup('law'), batches, { schema })
        assert.deepEqual(Object.fromEntries(Object.entries(await stored('law')).sort()), winners(versions))
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same rows when the same batches come twice', async () => {
    const batch = [
      record({ ehr: 'e', uid: 'u', at: TIMES[0] ?? null, note: 'a' }),
      record({ ehr: 'e', uid: 'v', note: 'b' }),
    ]
    await syncOf(dedup('twice'), [batch], { schema })
    await syncOf(dedup('twice'), [batch, batch], { schema })
    assert.deepEqual(await stored('twice'), { 'e/u': 'a', 'e/v': 'b' })
  })

  it('keeps what was extracted last where the stream has no cursor', async () => {
    await syncOf(dedup('bare', properties, []), [[record({ ehr: 'e', uid: 'u', note: 'late' }, 2000)]], { schema })
    await syncOf(dedup('bare', properties, []), [[record({ ehr: 'e', uid: 'u', note: 'early' }, 1000)]], { schema })
    assert.deepEqual(await stored('bare'), { 'e/u': 'late' })
  })

  for (const [name, declared] of Object.entries({
    declared: { ...properties, _ab_cdc_deleted_at: { type: 'string', format: 'date-time' } },
    undeclared: properties,
  })) {
    it(`deletes the row of a tombstone whose column is ${name}, in the batch and in the table`, async () => {
      const born = (uid: string) => record({ ehr: 'e', uid, at: TIMES[0] ?? null, note: 'born' })
      await syncOf(dedup(name, declared), [[born('u'), born('v')], [record(deleted)]], { schema })
      assert.deepEqual(await stored(name), { 'e/v': 'born' })
      await syncOf(dedup(name, declared), [[born('w'), record({ ...deleted, uid: 'w' }), born('w')]], { schema })
      assert.deepEqual(await stored(name), { 'e/v': 'born' })
    })
  }

  it('leaves a row that is newer than its tombstone', async () => {
    const reborn = record({ ehr: 'e', uid: 'u', at: '2025-01-01T00:00:00Z', note: 'reborn' })
    await syncOf(dedup('reborn'), [[reborn], [record(deleted)]], { schema })
    await syncOf(dedup('reborn'), [[record(deleted), reborn]], { schema })
    assert.deepEqual(await stored('reborn'), { 'e/u': 'reborn' })
  })

  it('gives the same rows over several connections as over one, in batches worth splitting', async () => {
    const note = 'x'.repeat(20_000)
    const records = Array.from({ length: 400 }, (_, i) =>
      record(
        {
          ehr: `e${i % 50}`,
          uid: 'u',
          at: `2024-01-01T00:00:${String(i % 60).padStart(2, '0')}Z`,
          note: `${i} ${note}`,
        },
        i,
      ),
    )
    await syncOf(dedup('one'), [records], { schema, connections: 1 })
    await syncOf(dedup('four'), [records], { schema, connections: 4 })
    assert.equal((await sql('SELECT FROM dedup.one')).length, 50)
    assert.deepEqual(await stored('four'), await stored('one'))
  })

  it('refuses a record without a value in its primary key, and shows nothing of it', async () => {
    for (const data of [{ uid: 'u' }, { ehr: null, uid: 'u' }]) {
      await assert.rejects(
        syncOf(dedup('keyless'), [[record({ ...data, note: 'secret' })]], { schema }),
        (error: Error) => {
          assert.equal(error.name, 'ConfigError')
          assert.match(error.message, /no value that fits in ehr, which is part of the primary key/)
          return true
        },
      )
    }
  })

  it('refuses keys and cursors that are no top-level property', async () => {
    const nested = { ...dedup('n'), primary_key: [['ehr', 'id']] }
    await assert.rejects(syncOf(nested, [], { schema }), /primary key ehr\.id is no declared top-level property/)
    await assert.rejects(syncOf(dedup('n', properties, ['when']), [], { schema }), /cursor when is no declared/)
    await assert.rejects(syncOf({ ...dedup('n'), primary_key: [] }, [], { schema }), /append_dedup needs a primary key/)
  })
})
