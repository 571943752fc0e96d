import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { connected, emptySchema, record, sql, stream, syncOf } from './database.js'

const schema = 'swap'
const properties = { id: { type: 'integer' }, note: { type: 'string' } }
const overwrite = (name: string) => stream(name, properties, { destination_sync_mode: 'overwrite' })

const noted = (note: string, count: number) => Array.from({ length: count }, (_, id) => record({ id, note }))

/** A full refresh of `count` rows, in batches, as the next sync would do it. */
const refresh = (name: string, note: string, count = 3) =>
  syncOf(overwrite(name), [noted(note, count)], { schema, complete: true })

const notes = async (relation: string) =>
  (await sql<{ note: string }>(`SELECT DISTINCT note FROM ${schema}.${relation}`)).map(({ note }) => note)

/** Reads a table over and over on its own connection while `work` runs. */
const watched = (relation: string, work: () => Promise<unknown>) =>
  connected(async client => {
    const seen = new Set<string>()
    let working = true
    const reading = (async () => {
      while (working) {
        const { rows } = await client.query<{ note: string; n: string }>(
          `SELECT note, count(*) AS n FROM ${schema}.${relation} GROUP BY note`,
        )
        seen.add(rows.map(({ note, n }) => `${n} ${note}`).join(', '))
      }
    })()
    await work()
    working = false
    await reading
    return seen
  })

describe('an overwrite', () => {
  before(() => emptySchema(schema))

  it('shows readers the old rows or the new ones, never none and never half', async () => {
    await refresh('watched', 'round 0', 5000)
    const seen = await watched('watched', async () => {
      for (let round = 1; round <= 5; round++) await refresh('watched', `round ${round}`, 5000)
    })
    assert.deepEqual(
      [...seen].filter(rows => !/^5000 round \d$/.test(rows)),
      [],
    )
  })

  it('shows them so through a view too, and keeps the view', async () => {
    await refresh('viewed', 'round 0', 5000)
    await sql(`CREATE VIEW ${schema}.view AS SELECT note FROM ${schema}.viewed`)
    const seen = await watched('view', async () => {
      for (let round = 1; round <= 3; round++) await refresh('viewed', `round ${round}`, 5000)
    })
    assert.deepEqual(
      [...seen].filter(rows => !/^5000 round \d$/.test(rows)),
      [],
    )
    assert.deepEqual(await notes('view'), ['round 3'])
  })

  it('says how it replaced the rows', async () => {
    await refresh('told', 'a')
    assert.match((await refresh('told', 'b')).lines.join(), /INFO Replaced swap\.told by renaming the stage/)
    await sql(`COMMENT ON COLUMN ${schema}.told.note IS 'free text'`)
    assert.match((await refresh('told', 'c')).lines.join(), /INFO Replaced swap\.told row by row/)
  })

  const dependants: Record<string, { make: string; survives: string }> = {
    'materialized view': {
      make: 'CREATE MATERIALIZED VIEW swap.d_mat AS SELECT * FROM swap.d',
      survives: "SELECT FROM pg_matviews WHERE matviewname = 'd_mat'",
    },
    grant: {
      make: 'GRANT SELECT ON swap.d TO pg_monitor',
      survives: "SELECT FROM information_schema.table_privileges WHERE table_name = 'd' AND grantee = 'pg_monitor'",
    },
    'grant on a column': {
      make: 'GRANT SELECT (note) ON swap.d TO pg_monitor',
      survives:
        "SELECT FROM information_schema.column_privileges WHERE table_name = 'd' AND grantee = 'pg_monitor' AND column_name = 'note'",
    },
    index: {
      make: 'CREATE INDEX d_note ON swap.d (note)',
      survives: "SELECT FROM pg_indexes WHERE indexname = 'd_note'",
    },
    comment: {
      make: "COMMENT ON TABLE swap.d IS 'ours'",
      survives: "SELECT WHERE obj_description('swap.d'::regclass) = 'ours'",
    },
    trigger: {
      make: `CREATE OR REPLACE FUNCTION swap.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER d_trigger AFTER INSERT ON swap.d EXECUTE FUNCTION swap.nothing()`,
      survives: "SELECT FROM pg_trigger WHERE tgname = 'd_trigger' AND tgrelid = 'swap.d'::regclass",
    },
    'check constraint': {
      make: "ALTER TABLE swap.d ADD CONSTRAINT d_check CHECK (note <> '')",
      survives: "SELECT FROM pg_constraint WHERE conname = 'd_check'",
    },
    'row security policy': {
      make: 'CREATE POLICY d_policy ON swap.d USING (true)',
      survives: "SELECT FROM pg_policies WHERE policyname = 'd_policy' AND tablename = 'd'",
    },
    'storage option': {
      make: 'ALTER TABLE swap.d SET (fillfactor = 90)',
      survives: "SELECT FROM pg_class WHERE oid = 'swap.d'::regclass AND reloptions IS NOT NULL",
    },
    'statistics target': {
      make: 'ALTER TABLE swap.d ALTER COLUMN note SET STATISTICS 500',
      survives:
        "SELECT FROM pg_attribute WHERE attrelid = 'swap.d'::regclass AND attname = 'note' AND attstattarget = 500",
    },
    'replica identity': {
      make: 'ALTER TABLE swap.d REPLICA IDENTITY FULL',
      survives: "SELECT FROM pg_class WHERE oid = 'swap.d'::regclass AND relreplident = 'f'",
    },
    publication: {
      make: 'DROP PUBLICATION IF EXISTS d_pub; CREATE PUBLICATION d_pub FOR TABLE swap.d; ALTER TABLE swap.d REPLICA IDENTITY FULL',
      survives: "SELECT FROM pg_publication_tables WHERE pubname = 'd_pub' AND tablename = 'd'",
    },
    default: {
      make: "ALTER TABLE swap.d ALTER COLUMN note SET DEFAULT '-'",
      survives: "SELECT FROM information_schema.columns WHERE table_name = 'd' AND column_default IS NOT NULL",
    },
  }
  for (const [what, { make, survives }] of Object.entries(dependants)) {
    it(`keeps the ${what} that somebody hung on the table`, async () => {
      await sql(`DROP TABLE IF EXISTS ${schema}.d CASCADE`)
      await refresh('d', 'old')
      await sql(make)
      assert.equal((await sql(survives)).length, 1, 'it was made')
      await refresh('d', 'new')
      assert.equal((await sql(survives)).length, 1)
      assert.deepEqual(await notes('d'), ['new'])
    })
  }

  it('adds the columns that are new to a table that has a view, and keeps those that the stream lost', async () => {
    await refresh('grown', 'old')
    await sql(`CREATE VIEW ${schema}.grown_view AS SELECT note FROM ${schema}.grown`)
    const grown = stream(
      'grown',
      { note: { type: 'string' }, size: { type: 'integer' } },
      { destination_sync_mode: 'overwrite' },
    )
    await syncOf(grown, [[record({ note: 'new', size: 3 })]], { schema, complete: true })
    assert.deepEqual(await sql(`SELECT id, note, size FROM ${schema}.grown`), [{ id: null, note: 'new', size: '3' }])
    assert.deepEqual(await notes('grown_view'), ['new'])
  })

  it('takes the types of the stream where nothing hangs on the table', async () => {
    await refresh('retyped', 'old')
    const retyped = stream('retyped', { id: { type: 'string' } }, { destination_sync_mode: 'overwrite' })
    await syncOf(retyped, [[record({ id: 'seven' })]], { schema, complete: true })
    assert.deepEqual(await sql(`SELECT id FROM ${schema}.retyped`), [{ id: 'seven' }])
  })

  it('refuses a type that a table with a view does not take, and leaves both as they were', async () => {
    await refresh('stiff', 'old')
    await sql(`CREATE VIEW ${schema}.stiff_view AS SELECT id FROM ${schema}.stiff`)
    const retyped = stream('stiff', { id: { type: 'string' } }, { destination_sync_mode: 'overwrite' })
    await assert.rejects(syncOf(retyped, [[record({ id: 'seven' })]], { schema, complete: true }), {
      name: 'ConfigError',
      message: /^The column id of swap\.stiff is of type bigint and the stream's values are text\./,
    })
    assert.deepEqual(await notes('stiff'), ['old'])
  })

  it('says so when rows of another table refer to those that would go', async () => {
    const keyed = stream('referred', properties, {
      destination_sync_mode: 'append_dedup',
      primary_key: [['id']],
      generation_id: 1,
      minimum_generation_id: 0,
    })
    await syncOf(keyed, [noted('old', 3)], { schema, complete: true })
    await sql(
      `CREATE TABLE ${schema}.referring (id bigint REFERENCES ${schema}.referred); INSERT INTO ${schema}.referring VALUES (1)`,
    )
    const again = { ...keyed, generation_id: 2, minimum_generation_id: 2 }
    await assert.rejects(syncOf(again, [noted('new', 3)], { schema, complete: true }), {
      name: 'ConfigError',
      message: /rows of another table refer to rows that would go/,
    })
    assert.deepEqual(await notes('referred'), ['old'])
  })

  it('says so when a published table has no replica identity, by which rows could be deleted', async () => {
    await refresh('published', 'old')
    await sql(`CREATE PUBLICATION published FOR TABLE ${schema}.published`)
    await assert.rejects(refresh('published', 'new'), {
      name: 'ConfigError',
      message: /If it is published, give it a replica identity: ALTER TABLE \.\.\. REPLICA IDENTITY FULL;/,
    })
    assert.deepEqual(await notes('published'), ['old'])
  })

  it('leaves the key under the name that it would have without a stage', async () => {
    const keyed = stream('named', properties, {
      destination_sync_mode: 'append_dedup',
      primary_key: [['id']],
      generation_id: 1,
      minimum_generation_id: 1,
    })
    await syncOf(keyed, [noted('a', 2)], { schema, complete: true })
    assert.deepEqual(
      await sql(`SELECT indexname FROM pg_indexes WHERE schemaname = '${schema}' AND tablename = 'named'`),
      [{ indexname: 'named_pkey' }],
    )
  })
})
