import type { SourceOpenehrConfig } from '@openehr-connectors/spec'
import { formatInstant, type Instant, parseInstant } from './instant.js'
import { HIGHEST, LOWEST, type Range } from './scan/ranges.js'
import type { Vendor } from './vendors/vendor.js'

/** One kind of row: what is selected and by which paths its keyset moves. */
export interface Shape {
  /** AQL path by column. */
  readonly columns: Readonly<Record<string, string>>
  readonly from: string
  /** The path of the time and of the id, where they are compared and sorted. */
  readonly time: string
  readonly id: string
  readonly where: readonly string[]
}

/** The last row read: its time, and its id as the vendor compares it. */
export interface Position {
  readonly at: Instant
  readonly id: string
}

/** What the user asked for; pushed into every query. */
export interface Selection {
  readonly templates: readonly string[]
  readonly ehrIds: readonly string[]
  readonly committedSince: Instant | undefined
}

export const selectionOf = (config: SourceOpenehrConfig): Selection => ({
  templates: config.templates ?? [],
  ehrIds: config.ehr_ids ?? [],
  committedSince: config.committed_since === undefined ? undefined : parseInstant(config.committed_since),
})

const VERSION_COLUMNS = {
  ehr_id: 'e/ehr_id/value',
  version_uid: 'v/uid/value',
  committed_at: 'v/commit_audit/time_committed/value',
  contribution_id: 'v/contribution/id/value',
} as const

/** Latest versions of compositions. Without `payload` no composition is touched: a sweep that costs the server next to nothing. */
export const compositions = (vendor: Vendor, selection: Selection, payload: boolean): Shape => ({
  columns: {
    ...VERSION_COLUMNS,
    template_id: 'c/archetype_details/template_id/value',
    archetype_id: 'c/archetype_node_id',
    ...(payload ? { composition: 'c' } : {}),
  },
  from: 'EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c',
  time: vendor.commitTime,
  id: 'v/uid/value',
  where: [
    ...matches('c/archetype_details/template_id/value', selection.templates),
    ...matches('e/ehr_id/value', selection.ehrIds),
    ...since(vendor.commitTime, selection.committedSince),
  ],
})

export const ehrStatuses = (vendor: Vendor, selection: Selection, payload: boolean): Shape => ({
  columns: { ...VERSION_COLUMNS, ...(payload ? { ehr_status: 's' } : {}) },
  from: 'EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS EHR_STATUS s',
  time: vendor.commitTime,
  id: 'v/uid/value',
  where: [...matches('e/ehr_id/value', selection.ehrIds), ...since(vendor.commitTime, selection.committedSince)],
})

export const ehrs = (vendor: Vendor, selection: Selection): Shape => ({
  columns: { ehr_id: 'e/ehr_id/value', system_id: 'e/system_id/value', time_created: 'e/time_created/value' },
  from: 'EHR e',
  time: vendor.ehrTime,
  id: 'e/ehr_id/value',
  where: matches('e/ehr_id/value', selection.ehrIds),
})

/** The next page by (time, id), after a position and up to an instant, both optional. */
export const byTime = (
  shape: Shape,
  after: Position | undefined,
  through: Instant | undefined,
  limit: number,
): string =>
  statement(
    shape,
    [
      ...shape.where,
      ...(after ? [beyond(shape, after)] : []),
      ...(through === undefined ? [] : [`${shape.time} <= ${time(through)}`]),
    ],
    [shape.time, shape.id],
    limit,
  )

/** The next page of a range of ids. */
export const byId = (shape: Shape, range: Range, limit: number): string =>
  statement(
    shape,
    [
      ...shape.where,
      ...(range.after === LOWEST ? [] : [`${shape.id} > ${text(range.after)}`]),
      ...(range.through === HIGHEST ? [] : [`${shape.id} <= ${text(range.through)}`]),
    ],
    [shape.id],
    limit,
  )

/** The rows with these ids. */
export const withIds = (shape: Shape, ids: readonly string[]): string =>
  statement(shape, [...shape.where, ...matches(shape.id, ids)], [shape.id], ids.length)

const statement = (shape: Shape, where: readonly string[], order: readonly string[], limit: number): string =>
  [
    `SELECT ${Object.entries(shape.columns)
      .map(([alias, path]) => `${path} AS ${alias}`)
      .join(', ')}`,
    `FROM ${shape.from}`,
    ...(where.length > 0 ? [`WHERE ${where.join(' AND ')}`] : []),
    `ORDER BY ${order.map(path => `${path} ASC`).join(', ')}`,
    // Always: a server with a default limit cuts a query without one, and does not say so.
    `LIMIT ${limit}`,
  ].join(' ')

const beyond = (shape: Shape, { at, id }: Position): string =>
  id === ''
    ? `${shape.time} >= ${time(at)}`
    : `${shape.time} >= ${time(at)} AND (${shape.time} > ${time(at)} OR ${shape.id} > ${text(id)})`

const since = (path: string, instant: Instant | undefined): string[] =>
  instant === undefined ? [] : [`${path} >= ${time(instant)}`]

const matches = (path: string, values: readonly string[]): string[] =>
  values.length > 0 ? [`${path} MATCHES {${values.map(text).join(', ')}}`] : []

const time = (instant: Instant): string => text(formatInstant(instant))

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
