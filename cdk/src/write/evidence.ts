import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { asObject } from './state-message.js'

/** What the input tells of whether a stream was read to its end. */
export interface Evidence {
  readonly configured: ConfiguredAirbyteStream
  /** The last status that came for the stream. */
  readonly status: 'COMPLETE' | 'INCOMPLETE' | undefined
  /** The stream's state if it came after the last record, or without any. */
  readonly closing: { readonly state: unknown } | undefined
}

/**
 * Whether the platform knows refreshes. It then sends COMPLETE for every stream, and only when the source has
 * succeeded; else it sends no status at all, and a source that failed looks like one that has finished.
 */
export const knowsRefreshes = ({ generation_id }: ConfiguredAirbyteStream): boolean => typeof generation_id === 'number'

/**
 * Whether the stream was read to its end, so that a full refresh may replace what was there before. A status decides
 * where one came. Where none can come, a state behind the last record does (the platform adds one when the source has
 * succeeded), unless the stream has states on the way too: then the state itself must say that it is the last.
 */
export function isComplete({ configured, status, closing }: Evidence): boolean {
  if (status !== undefined) return status === 'COMPLETE'
  if (knowsRefreshes(configured) || closing === undefined) return false
  const statesOnTheWay = configured.sync_mode === 'full_refresh' && configured.stream.is_resumable === true
  return !statesOnTheWay || saysDone(closing.state)
}

/** The two marks of Airbyte's own sources. */
function saysDone(state: unknown): boolean {
  const { __ab_full_refresh_sync_complete, __ab_no_cursor_state_message } = asObject(state) ?? {}
  return __ab_full_refresh_sync_complete === true || __ab_no_cursor_state_message === true
}
