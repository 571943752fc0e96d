import type { ColumnType } from '../columns.js'
import type { Encoder } from './encoder.js'
import { bigint, boolean, numeric } from './numbers.js'
import { jsonb, text } from './text.js'
import { date, time, timestamp, timestamptz, timetz } from './times.js'

/** How a property's JSON becomes each type's binary form. `uuid` is written for `_airbyte_raw_id` alone. */
export const encoders: Readonly<Record<Exclude<ColumnType, 'uuid'>, Encoder>> = {
  text,
  'character varying': text,
  bigint,
  numeric,
  boolean,
  date,
  'time without time zone': time,
  'time with time zone': timetz,
  'timestamp without time zone': timestamp,
  'timestamp with time zone': timestamptz,
  jsonb,
}
