import { ConfigError } from '@openehr-connectors/cdk'
import { type Client, DatabaseError } from 'pg'
import { airbyteColumns, type ColumnType, type DeclaredColumn } from './columns.js'
import { addColumns, addPrimaryKey, createSchema, createTable } from './ddl.js'
import { qualified, shown, type TableName } from './identifiers.js'

/** A table as the catalog has it. */
export interface ExistingTable {
  readonly comment: string | null
  /** `r` for a plain table, `p` for a partitioned one. */
  readonly kind: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly uniqueKeys: readonly { readonly name: string; readonly primary: boolean; readonly columns: string[] }[]
}

const INSPECT = `
SELECT obj_description(c.oid, 'pg_class') AS comment, c.relkind::text AS kind,
  (SELECT coalesce(json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) ORDER BY attnum), '[]')
   FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', i.relname, 'primary', x.indisprimary, 'columns',
      (SELECT json_agg(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (x.indkey)))), '[]')
   FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
   WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indimmediate
     AND x.indpred IS NULL AND x.indexprs IS NULL) AS "uniqueKeys"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`

export const inspect = async (client: Client, { schema, table }: TableName): Promise<ExistingTable | undefined> => {
  const { rows } = await client.query<ExistingTable>(INSPECT, [schema, table])
  return rows[0]
}

/** A table that is ready for a stream, and the types in which its columns are to be written. */
export interface ReadyTable {
  readonly name: TableName
  readonly columns: readonly DeclaredColumn[]
  readonly rawId: 'uuid' | 'text' | 'character varying'
}

/** The type in which an existing column takes the declared one's values whole; undefined when it does not. */
const writable = (existing: string, declared: ColumnType): ColumnType | undefined => {
  if (existing === declared) return declared
  if (existing === 'text' || existing === 'character varying') return existing
  if (existing === 'jsonb' && declared !== 'uuid') return existing
  return existing === 'numeric' && declared === 'bigint' ? existing : undefined
}

const misfit = (name: TableName, column: string, existing: string, declared: ColumnType): ConfigError =>
  new ConfigError(
    `The column ${column} of ${shown(name)} is of type ${existing} and the stream's values are ${declared}. ` +
      `Change the column's type, rename it, or overwrite the stream.`,
  )

/**
 * Makes sure that a table was made by a destination of Airbyte's, this one or another, and may be written and replaced.
 * @throws ConfigError when it is somebody else's, or no table at all.
 */
export const refuseForeign = (name: TableName, { kind, columns }: ExistingTable): ReadyTable['rawId'] => {
  if (kind !== 'r' && kind !== 'p') {
    throw new ConfigError(`${shown(name)} exists and is no table. Rename it, or choose another schema.`)
  }
  const types = new Map(columns.map(column => [column.name, column.type]))
  for (const { name: column, type } of airbyteColumns) {
    const existing = types.get(column)
    if (existing === undefined) {
      throw new ConfigError(
        `The table ${shown(name)} exists and is none of Airbyte's: it has no column ${column}. ` +
          'Rename the table, or choose another schema.',
      )
    }
    if (existing !== type && column !== '_airbyte_raw_id') throw misfit(name, column, existing, type)
  }
  const type = types.get('_airbyte_raw_id')
  if (type === 'uuid' || type === 'text' || type === 'character varying') return type
  throw misfit(name, '_airbyte_raw_id', type ?? 'none', 'uuid')
}

const sameColumns = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every(column => other.includes(column))

/** SQLSTATEs of a key that the rows do not have: a value twice, or missing. */
const NO_KEY = new Set(['23505', '23502'])

const ensureKey = async (client: Client, name: TableName, table: ExistingTable, key: readonly string[]) => {
  if (key.length === 0 || table.uniqueKeys.some(({ columns }) => sameColumns(columns, key))) return
  const primary = table.uniqueKeys.find(unique => unique.primary)
  if (primary !== undefined) {
    throw new ConfigError(
      `The table ${shown(name)} has the primary key (${primary.columns.join(', ')}) and the stream ` +
        `(${key.join(', ')}). Choose the same, or drop the table's.`,
    )
  }
  try {
    await client.query(addPrimaryKey(name, key))
  } catch (error) {
    if (!(error instanceof DatabaseError) || !NO_KEY.has(error.code ?? '')) throw error
    throw new ConfigError(
      `The rows of ${shown(name)} do not have (${key.join(', ')}) as a key: it is missing in some, or several rows ` +
        'share it. Refresh the stream and let it remove its records, or choose another key.',
    )
  }
}

/** Waits until nobody else prepares or replaces the table; others then wait until this transaction ends. */
export const takeTurn = async (client: Client, name: TableName): Promise<void> => {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`airbyte ${qualified(name)}`])
}

const hasSchema = async (client: Client, schema: string): Promise<boolean> =>
  (await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])).rowCount === 1

/** Makes the schema when it is not there. Not by IF NOT EXISTS, for which one needs the right even when it is. */
export const ensureSchema = async (client: Client, schema: string): Promise<void> => {
  if (await hasSchema(client, schema)) return
  await takeTurn(client, { schema, table: '' })
  if (!(await hasSchema(client, schema))) await client.query(createSchema(schema))
}

/**
 * Makes the table, or makes an earlier sync's table fit: columns it lacks are added, columns it has keep their types.
 * @throws ConfigError when the table is not ours, or a column's type or the key does not fit.
 */
export const prepareTable = async (
  client: Client,
  name: TableName,
  declared: readonly DeclaredColumn[],
  key: readonly string[],
): Promise<ReadyTable> => {
  const table = await inspect(client, name)
  if (table === undefined) {
    await client.query(createTable(name, declared, key))
    return { name, columns: declared, rawId: 'uuid' }
  }
  const rawId = refuseForeign(name, table)
  const types = new Map(table.columns.map(column => [column.name, column.type]))
  const missing = declared.filter(column => !types.has(column.name))
  const columns = declared.map(column => {
    const existing = types.get(column.name) ?? column.type
    const type = writable(existing, column.type)
    if (type === undefined) throw misfit(name, column.name, existing, column.type)
    return { ...column, type }
  })
  if (missing.length > 0) await client.query(addColumns(name, missing))
  await ensureKey(client, name, table, key)
  return { name, columns, rawId }
}

export const isEmpty = async (client: Client, name: TableName): Promise<boolean> =>
  (await client.query(`SELECT FROM ${qualified(name)} LIMIT 1`)).rowCount === 0

/** The generation of any one row: all rows of a table that was loaded by a refresh are of that generation or later. */
export const generationOf = async (client: Client, name: TableName): Promise<number | undefined> => {
  const { rows } = await client.query<{ generation: string | null }>(
    `SELECT _airbyte_generation_id AS generation FROM ${qualified(name)} LIMIT 1`,
  )
  return rows[0] === undefined ? undefined : Number(rows[0].generation ?? 0)
}
