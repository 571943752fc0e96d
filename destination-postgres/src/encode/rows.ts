import type { IncomingRecord, RecordChange } from '@openehr-connectors/cdk'
import { ConfigError } from '@openehr-connectors/cdk'
import type { ColumnType } from '../columns.js'
import type { Chunk } from './chunk.js'
import { MISFIT, SLACK, writeInt8 } from './encoder.js'
import { writeUuid, writeUuidText } from './identity.js'
import { membersOf } from './members.js'
import { mendedText, metaOf, misfit } from './meta.js'
import { jsonb, mended } from './text.js'
import { writeMillis } from './times.js'
import { encoders } from './types.js'

/** A record with this property set tells that its row has been deleted at the source. */
export const tombstone = '_ab_cdc_deleted_at'

export interface RowColumn {
  readonly property: string
  /** The column's type in the table that is written. */
  readonly type: Exclude<ColumnType, 'uuid'>
  /** Part of the primary key: it must have a value. */
  readonly key: boolean
}

export interface RowLayout {
  readonly stream: string
  readonly columns: readonly RowColumn[]
  readonly rawId: 'uuid' | 'text' | 'character varying'
  readonly generation: number
  readonly syncId: number | undefined
  /** Whether the row ends with its place in the batch (integer) and whether it is a tombstone (boolean). */
  readonly merged: boolean
}

export interface RowEncoder {
  /**
   * Appends one row in COPY's binary format: the layout's columns, then `_airbyte_raw_id`, `_airbyte_extracted_at`,
   * `_airbyte_generation_id`, `_airbyte_meta` and, for a merge, place and tombstone. Returns whether it is a tombstone.
   * @throws ConfigError when a primary key column has no value.
   */
  append(record: IncomingRecord, place: number, chunk: Chunk): boolean
}

const NULL = -1

/** Bytes of a row that are not values: the counts and lengths, Airbyte's columns and those of the merge. */
const FIXED = 128

const mentions = (offsets: readonly number[], start: number, end: number): boolean =>
  offsets.some(offset => offset >= start && offset < end)

/** An encoder for the rows of one table. It keeps buffers between rows, so each COPY needs its own. */
export const rowEncoder = (layout: RowLayout): RowEncoder => {
  const { columns, merged } = layout
  const properties = columns.map(column => column.property)
  const declared = properties.indexOf(tombstone)
  const found = membersOf(declared < 0 ? [...properties, tombstone] : properties)
  const deletedAt = declared < 0 ? properties.length : declared
  const meta = metaOf(layout.syncId)
  const fields = columns.length + (merged ? 6 : 4)
  const writeId = layout.rawId === 'uuid' ? writeUuid : writeUuidText

  return {
    append(record, place, chunk) {
      const mend = mended(record.data)
      const json = mend?.json ?? record.data
      found.find(json)
      chunk.reserve(json.length + columns.length * (4 + SLACK) + FIXED)
      const out = chunk.bytes
      let changes: RecordChange[] | undefined
      let at = out.writeInt16BE(fields, chunk.at)
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i]
        if (column === undefined) continue
        const start = found.start(i)
        const end = found.end(i)
        const written = start < 0 ? NULL : encoders[column.type](json, start, end, out, at + 4)
        if (start >= 0 && written === MISFIT) changes = [...(changes ?? record.changes), misfit(column.property)]
        else if (mend !== undefined && start >= 0 && mentions(mend.offsets, start, end)) {
          changes = [...(changes ?? record.changes), mendedText(column.property)]
        }
        if (written < 0 && column.key) {
          throw new ConfigError(
            `Stream ${layout.stream}: a record has no value that fits in ${column.property}, which is part of the ` +
              'primary key. Choose a primary key that every record has.',
          )
        }
        out.writeInt32BE(written < 0 ? NULL : written - at - 4, at)
        at = written < 0 ? at + 4 : written
      }
      const idEnd = writeId(out, at + 4)
      out.writeInt32BE(idEnd - at - 4, at)
      at = writeMillis(record.emittedAt, out, out.writeInt32BE(8, idEnd))
      at = writeInt8(layout.generation, out, out.writeInt32BE(8, at))
      const deleted = found.start(deletedAt) >= 0
      if (merged) {
        at = out.writeInt32BE(place, out.writeInt32BE(4, at))
        at = out.writeUInt8(deleted ? 1 : 0, out.writeInt32BE(1, at))
      }
      chunk.at = at
      appendMeta(meta(changes ?? record.changes), chunk)
      return deleted
    },
  }
}

/** Comes last, because its length is known only when every value has been tried. */
const appendMeta = (json: Buffer, chunk: Chunk): void => {
  chunk.reserve(json.length + 5)
  const at = chunk.bytes.writeInt32BE(json.length + 1, chunk.at)
  chunk.at = jsonb(json, 0, json.length, chunk.bytes, at)
}
