import type { RecordData } from '@openehr-connectors/cdk'
import type { Shape } from '../aql.js'
import type { Instant } from '../instant.js'
import type { Page, Row } from '../page.js'

/** One kind of row that a scan reads: its queries, and how a row becomes a record. */
export interface Kind {
  readonly full: Shape
  /** Ids and times alone. The same as `full` where rows are small. */
  readonly light: Shape
  /** The column that holds the time of the keyset, the one that identifies a version, and the payload's. */
  readonly time: string
  readonly uid: string
  readonly payload: string | undefined
  /** The id as the vendor compares it. */
  readonly id: (uid: string) => string
  /** The record of a row whose time is `at`; the bytes hold until the next call. A row without payload gives a record without one. */
  record(row: Row, at: Instant, page: Page): RecordData
}
