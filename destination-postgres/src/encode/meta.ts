import type { RecordChange } from '@openehr-connectors/cdk'
import { mended } from './text.js'

/** A value that its column cannot hold. */
export const misfit = (field: string): RecordChange => ({
  field,
  change: 'NULLED',
  reason: 'DESTINATION_TYPECAST_ERROR',
})

/** A text that lost characters PostgreSQL cannot store. */
export const mendedText = (field: string): RecordChange => ({
  field,
  change: 'TRUNCATED',
  reason: 'DESTINATION_SERIALIZATION_ERROR',
})

/** The JSON of `_airbyte_meta`. A function of the changes alone, made once a stream: nearly all rows have none. */
export const metaOf = (syncId: number | undefined): ((changes: readonly RecordChange[]) => Buffer) => {
  const json = (changes: readonly RecordChange[]) => {
    // A field's name may hold what jsonb does not take.
    const bytes = Buffer.from(JSON.stringify({ sync_id: syncId, changes }))
    return mended(bytes)?.json ?? bytes
  }
  const none = json([])
  return changes => (changes.length === 0 ? none : json(changes))
}
