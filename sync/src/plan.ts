import type { AirbyteStateMessage, ConfiguredAirbyteCatalog, ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { configuredKey } from './catalog.js'
import {
  forgetStates,
  type Generation,
  generationOf,
  keepGeneration,
  type StateContent,
  statesOf,
} from './state-content.js'
import { descriptor } from './stream-key.js'

/**
 * What a destination hears. `refreshes`: overwrite is sent as append with generation ids, and COMPLETE comes when the
 * source has succeeded. `legacy`: plain modes, no ids, no COMPLETE; what Airbyte sends to a custom image by default.
 */
export type Dialect = 'refreshes' | 'legacy'

/** What goes to the connectors, and what must be remembered before they start. */
export interface Plan {
  /** The streams as they are synced now, still with `overwrite` where rows are replaced. */
  readonly streams: readonly ConfiguredAirbyteStream[]
  readonly catalog: ConfiguredAirbyteCatalog
  /** For `read --state`. */
  readonly states: readonly AirbyteStateMessage[]
  readonly content: StateContent
}

/**
 * Plans a sync from what is remembered of the last one. A stream that is replaced (full refresh with overwrite, or
 * `refresh`) gets a new generation and starts without a state; if its last sync did not come to its end, this one
 * carries on with that generation and state instead.
 * @param refresh whether all streams are to be read from the start and their rows replaced
 */
export const plan = (
  remembered: StateContent,
  asked: readonly ConfiguredAirbyteStream[],
  dialect: Dialect,
  refresh: boolean,
): Plan => {
  const syncId = remembered.sync_id + 1
  let content: StateContent = { ...remembered, sync_id: syncId }
  // Without generations only a full refresh can replace rows.
  const streams = asked.map(
    (stream): ConfiguredAirbyteStream =>
      refresh && dialect === 'legacy'
        ? { ...stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }
        : stream,
  )
  const configured = streams.map((stream): ConfiguredAirbyteStream => {
    const key = configuredKey(stream)
    const last = generationOf(content, key)
    const { generation, fresh } = nextGeneration(stream, last, refresh)
    // A state of a full refresh means nothing to an incremental sync, and the other way round.
    if (fresh || (last !== undefined && last.sync_mode !== stream.sync_mode))
      content = forgetStates(content, new Set([key]))
    content = keepGeneration(content, generation)
    if (dialect === 'legacy') return stream
    return {
      ...stream,
      destination_sync_mode: stream.destination_sync_mode === 'overwrite' ? 'append' : stream.destination_sync_mode,
      generation_id: generation.generation_id,
      minimum_generation_id: generation.minimum_generation_id,
      sync_id: syncId,
    }
  })
  const states = statesOf(content, new Set(streams.map(configuredKey)))
  return { streams, catalog: { streams: configured }, states, content }
}

const nextGeneration = (
  { stream, sync_mode, destination_sync_mode }: ConfiguredAirbyteStream,
  last: Generation | undefined,
  refresh: boolean,
): { generation: Generation; fresh: boolean } => {
  const replaces = refresh || destination_sync_mode === 'overwrite'
  const replacing = last !== undefined && last.minimum_generation_id > 0
  const cutShort = last !== undefined && !last.finished && last.sync_mode === sync_mode
  // What was cut short is carried on, asked for again or not: the destination holds a half-full stage of it.
  const carriesOn =
    cutShort && (sync_mode === 'incremental' ? replacing : stream.is_resumable === true && replacing === replaces)
  const fresh = !carriesOn && (sync_mode === 'full_refresh' || replaces)
  const id = (last?.generation_id ?? 0) + (fresh ? 1 : 0)
  return {
    fresh,
    generation: {
      ...descriptor(stream),
      sync_mode,
      generation_id: id,
      minimum_generation_id: replaces || (carriesOn && replacing) ? id : 0,
      finished: false,
    },
  }
}
