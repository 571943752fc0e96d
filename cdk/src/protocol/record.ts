import type { AirbyteRecordMessageMetaChange } from '@openehr-connectors/spec'

/** One entry of a record's `meta.changes` (protocol 0.18, AirbyteRecordMessageMetaChange). */
export type RecordChange = AirbyteRecordMessageMetaChange
