import type { Column } from './columns.js'
import { qualified, quoted, type TableName } from './identifiers.js'

/** How the rows of a batch find their places: columns of the primary key, and the column whose greatest value is newest. */
export interface Merge {
  readonly target: TableName
  /** All columns that are written, Airbyte's included. */
  readonly columns: readonly Column[]
  readonly key: readonly string[]
  /** Absent: the time of extraction alone decides. */
  readonly cursor: Column | undefined
}

/** The batch before it is merged. It ends with the transaction, so a pooler in transaction mode may be in between. */
export const INCOMING = 'pg_temp.airbyte_incoming'
/** The row's place in the batch and whether it is a tombstone. */
export const PLACE = '_airbyte_place'
export const DELETED = '_airbyte_deleted'

/** A text cursor is compared byte by byte: the database's collation may order ISO timestamps by their digits alone. */
const comparable = (alias: string, { name, type }: Column): string =>
  `${alias}.${quoted(name)}${type === 'text' || type === 'character varying' ? ' COLLATE "C"' : ''}`

const EXTRACTED = quoted('_airbyte_extracted_at')

/** True when `incoming` is to replace `present`: the newer cursor wins, none loses, ties go to the later extraction. */
const isNewer = (incoming: string, present: string, cursor: Column | undefined): string => {
  const laterExtraction = `${incoming}.${EXTRACTED} >= ${present}.${EXTRACTED}`
  if (cursor === undefined) return laterExtraction
  const [theirs, ours] = [comparable(incoming, cursor), comparable(present, cursor)]
  return (
    `CASE WHEN ${theirs} IS NOT DISTINCT FROM ${ours} THEN ${laterExtraction} ` +
    `ELSE ${ours} IS NULL OR ${theirs} > ${ours} END`
  )
}

export const createIncoming = ({ columns }: Merge): string => {
  const lines = [
    ...columns.map(({ name, type }) => `${quoted(name)} ${type}`),
    `${quoted(PLACE)} integer`,
    `${quoted(DELETED)} boolean`,
  ]
  return `CREATE TEMPORARY TABLE ${INCOMING} (\n  ${lines.join(',\n  ')}\n) ON COMMIT DROP`
}

/** The places of the newest row of each key, itself ordered as `isNewer` orders; what came later wins a full tie. */
const newest = ({ key, cursor }: Merge): string => {
  const keys = key.map(quoted)
  const order = [
    ...keys,
    ...(cursor === undefined ? [] : [`${comparable('i', cursor)} DESC NULLS LAST`]),
    `${EXTRACTED} DESC`,
    `${quoted(PLACE)} DESC`,
  ]
  return `SELECT DISTINCT ON (${keys.join(', ')}) ${quoted(PLACE)} FROM ${INCOMING} i ORDER BY ${order.join(', ')}`
}

/** Removes the target's rows whose newest version in the batch is a tombstone, unless the target's is newer still. */
export const deleteTombstones = (merge: Merge): string => {
  const same = merge.key.map(name => `t.${quoted(name)} = i.${quoted(name)}`)
  return (
    `DELETE FROM ${qualified(merge.target)} t USING ${INCOMING} i\n` +
    `WHERE i.${quoted(DELETED)} AND ${same.join(' AND ')} AND i.${quoted(PLACE)} IN (${newest(merge)})\n` +
    `  AND (${isNewer('i', 't', merge.cursor)})`
  )
}

/** Inserts the newest row of each key, or updates the target's row where that is older. */
export const upsert = (merge: Merge): string => {
  const names = merge.columns.map(({ name }) => quoted(name))
  const others = names.filter(name => !merge.key.map(quoted).includes(name))
  return (
    `INSERT INTO ${qualified(merge.target)} AS t (${names.join(', ')})\n` +
    `SELECT ${names.map(name => `i.${name}`).join(', ')} FROM ${INCOMING} i\n` +
    `JOIN (${newest(merge)}) n USING (${quoted(PLACE)})\nWHERE NOT i.${quoted(DELETED)}\n` +
    `ON CONFLICT (${merge.key.map(quoted).join(', ')}) DO UPDATE SET ` +
    `${others.map(name => `${name} = excluded.${name}`).join(', ')}\n` +
    `WHERE ${isNewer('excluded', 't', merge.cursor)}`
  )
}

/** Removes what an interrupted attempt had written and the next one wrote again: all but one of the rows with one identity. */
export const deleteRepeats = (table: TableName, identity: readonly string[]): string =>
  `DELETE FROM ${qualified(table)} t USING (\n` +
  `  SELECT ctid, row_number() OVER (PARTITION BY ${identity.map(quoted).join(', ')} ORDER BY ${EXTRACTED} DESC) AS n\n` +
  `  FROM ${qualified(table)}\n) r WHERE t.ctid = r.ctid AND r.n > 1`
