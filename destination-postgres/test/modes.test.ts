import assert from 'node:assert/strict'
import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { before, describe, it } from 'mocha'
import { emptySchema, record, sql, stream, syncOf } from './database.js'

const schema = 'modes'
const properties = { id: { type: 'integer' }, note: { type: 'string' } }

/** The notes of a table, in order; undefined when there is no table. */
const notes = async (table: string): Promise<string[] | undefined> => {
  const [there] = await sql<{ there: boolean }>(`SELECT to_regclass('${schema}."${table}"') IS NOT NULL AS there`)
  if (!there?.there) return undefined
  const rows = await sql<{ note: string }>(`SELECT note FROM ${schema}."${table}" ORDER BY note COLLATE "C"`)
  return rows.map(({ note }) => note)
}

const noted = (...texts: string[]) => texts.map((note, id) => record({ id, note }))

type Mode = ConfiguredAirbyteStream['destination_sync_mode']

/** The old dialect: no generations. */
const old = (name: string, mode: Mode) =>
  stream(name, properties, { destination_sync_mode: mode, primary_key: [['id']] })

/** The dialect with refreshes. */
const refreshing = (name: string, mode: Mode, generation: number, minimum: number) =>
  stream(name, properties, {
    destination_sync_mode: mode,
    primary_key: [['id']],
    generation_id: generation,
    minimum_generation_id: minimum,
    sync_id: 1,
  })

describe('in the dialect without generations', () => {
  before(() => emptySchema(schema))

  it('append keeps what is there and settles with each batch', async () => {
    const first = await syncOf(old('a', 'append'), [noted('1'), noted('2')], { schema, complete: true })
    assert.deepEqual([first.settles, first.inPlace], ['write', true])
    await syncOf(old('a', 'append'), [noted('3')], { schema, complete: false })
    assert.deepEqual(await notes('a'), ['1', '2', '3'])
  })

  it('append_dedup keeps one row for a key and settles with each batch', async () => {
    const { settles } = await syncOf(old('d', 'append_dedup'), [noted('1', '2')], { schema, complete: true })
    assert.equal(settles, 'write')
    await syncOf(old('d', 'append_dedup'), [noted('3')], { schema, complete: false })
    assert.deepEqual(await notes('d'), ['2', '3'])
  })

  it('overwrite replaces when the source sent all of it, and leaves all as it was otherwise', async () => {
    await syncOf(old('o', 'overwrite'), [noted('old')], { schema, complete: true })
    const failed = await syncOf(old('o', 'overwrite'), [noted('half')], { schema, complete: false })
    assert.equal(failed.inPlace, false)
    assert.deepEqual(await notes('o'), ['old'])
    const { inPlace } = await syncOf(old('o', 'overwrite'), [noted('new', 'newer')], { schema, complete: true })
    assert.equal(inPlace, true)
    assert.deepEqual(await notes('o'), ['new', 'newer'])
    assert.equal(await notes('o__stage'), undefined)
  })

  it('overwrite without a record empties the table', async () => {
    await syncOf(old('e', 'overwrite'), [noted('old')], { schema, complete: true })
    await syncOf(old('e', 'overwrite'), [], { schema, complete: true })
    assert.deepEqual(await notes('e'), [])
  })

  it('overwrite keeps duplicates, for it has no key', async () => {
    await syncOf(old('k', 'overwrite'), [noted('same'), noted('same')], { schema, complete: true })
    assert.deepEqual(await notes('k'), ['same', 'same'])
  })

  it('overwrite whose attempts cannot be told apart settles at the end and begins anew', async () => {
    const crashed = await syncOf(old('x', 'overwrite'), [noted('lost')], { schema })
    assert.equal(crashed.settles, 'finish')
    await syncOf(old('x', 'overwrite'), [noted('again')], { schema, complete: true })
    assert.deepEqual(await notes('x'), ['again'])
  })

  it('overwrite of the same job goes on where its last attempt crashed, and another job begins anew', async () => {
    const crashed = await syncOf(old('j', 'overwrite'), [noted('first')], { schema, jobId: '12' })
    assert.equal(crashed.settles, 'write')
    await syncOf(old('j', 'overwrite'), [noted('second')], { schema, jobId: '12', complete: true })
    assert.deepEqual(await notes('j'), ['first', 'second'])
    await syncOf(old('j', 'overwrite'), [noted('left')], { schema, jobId: '13' })
    await syncOf(old('j', 'overwrite'), [noted('third')], { schema, jobId: '14', complete: true })
    assert.deepEqual(await notes('j'), ['third'])
  })
})

describe('long values', () => {
  before(() => emptySchema(schema))

  it('are compressed by lz4 where the server has it', async () => {
    await syncOf(old('long', 'append'), [noted('x'.repeat(10_000))], { schema, complete: true })
    const [found] = await sql<{ used: string; offered: string[] }>(
      `SELECT pg_column_compression(note) AS used, enumvals AS offered FROM ${schema}.long, pg_settings
       WHERE name = 'default_toast_compression'`,
    )
    assert.equal(found?.used, found?.offered.includes('lz4') ? 'lz4' : 'pglz')
  })
})

describe('in the dialect with generations', () => {
  before(() => emptySchema(schema))

  it("a refresh that goes on after a crash keeps once what came twice, known by the source's key and cursor", async () => {
    const { stream: declared, ...configured } = refreshing('repeated', 'append', 7, 7)
    const known = {
      ...configured,
      stream: { ...declared, source_defined_primary_key: [['id']], default_cursor_field: ['note'] },
    }
    await syncOf(known, [[record({ id: 1, note: 'a' }), record({ id: 2, note: 'b' })]], { schema })
    const rest = [record({ id: 2, note: 'b' }), record({ id: 2, note: 'b, changed' }), record({ id: 3, note: 'c' })]
    await syncOf(known, [rest], { schema, complete: true })
    assert.deepEqual(await notes('repeated'), ['a', 'b', 'b, changed', 'c'])
  })

  for (const mode of ['append', 'append_dedup'] as const) {
    it(`${mode} with minimum 0 keeps the rows of all generations and tags the new ones`, async () => {
      await syncOf(refreshing(`keep_${mode}`, mode, 1, 0), [[record({ id: 1, note: 'a' })]], { schema, complete: true })
      await syncOf(refreshing(`keep_${mode}`, mode, 2, 0), [[record({ id: 2, note: 'b' })]], { schema, complete: true })
      assert.deepEqual(
        await sql(`SELECT note, _airbyte_generation_id::int AS g FROM ${schema}.keep_${mode} ORDER BY 1`),
        [
          { note: 'a', g: 1 },
          { note: 'b', g: 2 },
        ],
      )
    })

    it(`${mode} with the generation as minimum replaces, once the source has sent all`, async () => {
      const name = `refresh_${mode}`
      await syncOf(refreshing(name, mode, 1, 0), [noted('old', 'older')], { schema, complete: true })
      const partial = await syncOf(refreshing(name, mode, 2, 2), [noted('new')], { schema, complete: false })
      assert.deepEqual([partial.settles, partial.inPlace], ['write', false])
      assert.deepEqual(await notes(name), ['old', 'older'])
      await syncOf(refreshing(name, mode, 2, 2), [[record({ id: 9, note: 'rest' })]], { schema, complete: true })
      assert.deepEqual(await notes(name), ['new', 'rest'])
      assert.equal(await notes(`${name}__stage`), undefined)
    })

    it(`${mode} drops the stage that another generation left`, async () => {
      const name = `stale_${mode}`
      await syncOf(refreshing(name, mode, 1, 0), [noted('old')], { schema, complete: true })
      await syncOf(refreshing(name, mode, 2, 2), [noted('abandoned')], { schema })
      await syncOf(refreshing(name, mode, 3, 3), [noted('new')], { schema, complete: true })
      assert.deepEqual(await notes(name), ['new'])
    })

    it(`${mode} adds to the rows that its own generation has put in place already`, async () => {
      const name = `same_${mode}`
      await syncOf(refreshing(name, mode, 1, 1), [[record({ id: 1, note: 'a' })]], { schema, complete: true })
      await syncOf(refreshing(name, mode, 1, 1), [[record({ id: 2, note: 'b' })]], { schema, complete: true })
      assert.deepEqual(await notes(name), ['a', 'b'])
    })

    it(`${mode} shows nothing of a first refresh before it is whole`, async () => {
      const name = `first_${mode}`
      await syncOf(refreshing(name, mode, 1, 1), [noted('half')], { schema })
      assert.equal(await notes(name), undefined)
    })
  }

  it('append_dedup keeps one row for a key while it gathers, over attempts too', async () => {
    await syncOf(refreshing('dedup', 'append_dedup', 2, 2), [noted('one', 'two'), noted('one again')], { schema })
    await syncOf(refreshing('dedup', 'append_dedup', 2, 2), [noted('one at last')], { schema, complete: true })
    assert.deepEqual(await notes('dedup'), ['one at last', 'two'])
  })

  it('a literal overwrite replaces, though its runner calls every sync generation 1', async () => {
    await syncOf(refreshing('literal', 'overwrite', 1, 1), [noted('old')], { schema, complete: true })
    await syncOf(refreshing('literal', 'overwrite', 1, 1), [noted('lost')], { schema })
    await syncOf(refreshing('literal', 'overwrite', 1, 1), [noted('new')], { schema, complete: true })
    assert.deepEqual(await notes('literal'), ['new'])
  })

  it('a minimum between 0 and the generation is refused', () =>
    assert.rejects(syncOf(refreshing('hybrid', 'append', 5, 3), [], { schema }), {
      name: 'ConfigError',
      message: /minimum generation 3 is neither 0 nor the generation 5/,
    }))
})
