import { formatTable } from '@openehr-connectors/sync'
import pg from 'pg'

/** A table as it stands. */
export interface LandedTable {
  readonly name: string
  readonly rows: number
  /** Of the table with its indexes and out-of-line values. */
  readonly bytes: number
}

/** The database, asked as a user would. */
export interface Warehouse {
  tables(names: readonly string[]): Promise<LandedTable[]>
  /** Lines of a table with the answer. */
  answer(sql: string): Promise<string[]>
  close(): Promise<void>
}

/** @param url of the database */
export const openWarehouse = async (url: string): Promise<Warehouse> => {
  const client = new pg.Client({ connectionString: url })
  // A server that is stopped cuts the line; that is no news then.
  client.on('error', () => undefined)
  await client.connect()
  return {
    tables: async names => {
      const found: LandedTable[] = []
      for (const name of names) {
        const table = client.escapeIdentifier(name)
        const exists = await client.query('SELECT to_regclass($1) IS NOT NULL AS here', [`public.${table}`])
        if (!exists.rows[0]?.here) continue
        const { rows } = await client.query(
          `SELECT count(*)::int AS rows, pg_total_relation_size($1)::float8 AS bytes FROM public.${table}`,
          [`public.${table}`],
        )
        found.push({ name, rows: Number(rows[0]?.rows), bytes: Number(rows[0]?.bytes) })
      }
      return found
    },
    answer: async sql => {
      const { fields, rows } = await client.query({ text: sql, rowMode: 'array' })
      const cell = (value: unknown) => (value instanceof Date ? value.toLocaleDateString('sv') : String(value ?? ''))
      return formatTable([fields.map(field => field.name), ...rows.map((row: unknown[]) => row.map(cell))])
    },
    close: () => client.end(),
  }
}
