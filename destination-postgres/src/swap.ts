import type { Client } from 'pg'
import { dropTable, renameConstraint, renameTable, uncommentTable } from './ddl.js'
import { identifier, qualified, quoted, type TableName } from './identifiers.js'
import { type ExistingTable, inspect } from './tables.js'

/**
 * True when the target is nothing but a table of ours: everything that a person may have hung on it, and that would
 * go with it, is listed here. $1 is the target, $2 the stage, which has what any new table in the schema has.
 */
const IS_PLAIN = `
SELECT c.relkind = 'r' AND NOT c.relispartition AND c.relpersistence = s.relpersistence
  AND c.relowner = s.relowner AND c.reltablespace = s.reltablespace
  AND c.relacl IS NOT DISTINCT FROM s.relacl AND c.reloptions IS NULL AND c.relreplident = 'd'
  AND NOT c.relrowsecurity AND NOT c.relforcerowsecurity
  AND NOT EXISTS (SELECT FROM pg_depend d
    LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype <> 'i'
      AND (k.contype IS NULL OR k.conrelid <> c.oid OR k.contype NOT IN ('p', 'n')))
  AND NOT EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_seclabel WHERE classoid = 'pg_class'::regclass AND objoid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    AND (attacl IS NOT NULL OR attoptions IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attcompression <> ''))
  AS plain
FROM pg_class c, pg_class s WHERE c.oid = $1::regclass AND s.oid = $2::regclass`

/** Whether a rename may put the stage in the target's place without losing anything. */
export const isPlain = async (client: Client, target: TableName, stage: TableName): Promise<boolean> => {
  const { rows } = await client.query<{ plain: boolean }>(IS_PLAIN, [qualified(target), qualified(stage)])
  return rows[0]?.plain === true
}

/** Gives the key the name that it would have had without the stage, unless something else in the schema has it. */
const renameKey = async (client: Client, target: TableName, stage: ExistingTable) => {
  const wanted = identifier(target.table, '_pkey')
  const key = stage.uniqueKeys.find(({ primary }) => primary)
  if (key === undefined || key.name === wanted) return
  const { rowCount } = await client.query(
    'SELECT FROM pg_class WHERE relname = $1 AND relnamespace = $2::regnamespace',
    [wanted, quoted(target.schema)],
  )
  if (rowCount === 0) await client.query(renameConstraint(target, key.name, wanted))
}

/**
 * Puts the stage in the target's place, which may be empty. Readers wait for the change of the catalog and no longer.
 * DROP without CASCADE: if somebody hangs something on the target in this moment, the transaction fails.
 */
export const swapByName = async (client: Client, target: TableName, stage: TableName): Promise<void> => {
  const loaded = await inspect(client, stage)
  if (loaded === undefined) return
  if ((await inspect(client, target)) !== undefined) await client.query(dropTable(target))
  await client.query(renameTable(stage, target.table))
  await client.query(uncommentTable(target))
  await renameKey(client, target, loaded)
}

/** What takes the stage's column into the target's, which may have been made with another type. */
const converted = (name: string, from: string, to: string | undefined): string =>
  to === 'jsonb' && from !== 'jsonb' ? `to_jsonb(${quoted(name)})` : quoted(name)

/**
 * Replaces the target's rows by the stage's and drops the stage. Slower than a rename, but whatever hangs on the table
 * stays: views, grants, keys, triggers. Readers see the old rows until the transaction commits. The target has to have
 * the stage's columns.
 */
export const swapRows = async (client: Client, target: TableName, stage: TableName): Promise<void> => {
  const loaded = await inspect(client, stage)
  if (loaded === undefined) return
  const types = new Map((await inspect(client, target))?.columns.map(({ name, type }) => [name, type]))
  const columns = loaded.columns.map(({ name }) => quoted(name)).join(', ')
  const values = loaded.columns.map(({ name, type }) => converted(name, type, types.get(name))).join(', ')
  // Readers go on; other writers of the table wait.
  await client.query(`LOCK TABLE ${qualified(target)} IN SHARE ROW EXCLUSIVE MODE`)
  await client.query(`DELETE FROM ${qualified(target)}`)
  await client.query(`INSERT INTO ${qualified(target)} (${columns}) SELECT ${values} FROM ${qualified(stage)}`)
  await client.query(dropTable(stage))
}
