import { airbyteColumns, type Column } from './columns.js'
import { literal, qualified, quoted, type TableName } from './identifiers.js'

/** The SQL that makes and changes tables. Texts only; nothing here talks to a server, and nothing ever cascades. */

const defined = ({ name, type }: Column): string => `${quoted(name)} ${type}`

const list = (names: readonly string[]): string => names.map(quoted).join(', ')

export const createSchema = (schema: string): string => `CREATE SCHEMA ${quoted(schema)}`

/** A table for a stream. `key` becomes its primary key; empty for none. */
export const createTable = (name: TableName, columns: readonly Column[], key: readonly string[]): string => {
  const own = airbyteColumns.map(column =>
    column.name === '_airbyte_generation_id' ? defined(column) : `${defined(column)} NOT NULL`,
  )
  const lines = [...own, ...columns.map(defined), ...(key.length === 0 ? [] : [`PRIMARY KEY (${list(key)})`])]
  return `CREATE TABLE ${qualified(name)} (\n  ${lines.join(',\n  ')}\n)`
}

/** Nullable columns without a default: a change of the catalog only, however large the table is. */
export const addColumns = (name: TableName, columns: readonly Column[]): string =>
  `ALTER TABLE ${qualified(name)} ${columns.map(column => `ADD COLUMN ${defined(column)}`).join(', ')}`

export const addPrimaryKey = (name: TableName, key: readonly string[]): string =>
  `ALTER TABLE ${qualified(name)} ADD PRIMARY KEY (${list(key)})`

export const commentTable = (name: TableName, comment: string): string =>
  `COMMENT ON TABLE ${qualified(name)} IS ${literal(comment)}`

export const uncommentTable = (name: TableName): string => `COMMENT ON TABLE ${qualified(name)} IS NULL`

export const dropTable = (name: TableName): string => `DROP TABLE ${qualified(name)}`

export const renameTable = (name: TableName, table: string): string =>
  `ALTER TABLE ${qualified(name)} RENAME TO ${quoted(table)}`

export const renameConstraint = (name: TableName, from: string, to: string): string =>
  `ALTER TABLE ${qualified(name)} RENAME CONSTRAINT ${quoted(from)} TO ${quoted(to)}`

/** COPY of binary rows in the column order of encode/rows.ts. */
export const copyRows = (table: string, columns: readonly string[]): string =>
  `COPY ${table} (${list(columns)}) FROM STDIN (FORMAT binary)`
