import type { AirbyteStream, ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { SyncError } from './failure.js'
import { descriptor, streamKey, streamTitle } from './stream-key.js'

export type SyncMode = 'full_refresh' | 'incremental'
export type DestinationSyncMode = 'append' | 'overwrite' | 'append_dedup'

/** What the user says of one stream; what is not said is chosen. */
export interface StreamOptions {
  readonly syncMode?: SyncMode
  readonly destinationSyncMode?: DestinationSyncMode
  /** Only for streams whose cursor is not defined by the source. */
  readonly cursorField?: readonly string[]
  /** Only for streams whose primary key is not defined by the source. */
  readonly primaryKey?: readonly (readonly string[])[]
}

/** The streams to sync by name (or `namespace.name`): a list, or what is said of each. Absent: all. */
export type Selection = readonly string[] | Readonly<Record<string, StreamOptions>>

// The first that stream and destination both can. Appending again and again is nobody's wish unless it is said.
const PREFERENCE: readonly (readonly [SyncMode, DestinationSyncMode])[] = [
  ['incremental', 'append_dedup'],
  ['full_refresh', 'overwrite'],
  ['incremental', 'append'],
  ['full_refresh', 'append'],
]

/**
 * The configured streams of a sync, as the user means them: with `overwrite` where rows are to be replaced, and
 * without generations.
 * @param supported what the destination's specification lists
 * @throws SyncError for a stream that is not discovered or a mode that does not go
 */
export const configuredStreams = (
  discovered: readonly AirbyteStream[],
  selection: Selection | undefined,
  supported: readonly string[],
): ConfiguredAirbyteStream[] =>
  select(discovered, selection).map(([stream, options]) => configure(stream, options, supported))

const select = (
  discovered: readonly AirbyteStream[],
  selection: Selection | undefined,
): readonly (readonly [AirbyteStream, StreamOptions])[] => {
  if (selection === undefined) return discovered.map(stream => [stream, {}] as const)
  const wanted: readonly (readonly [string, StreamOptions])[] = Array.isArray(selection)
    ? [...new Set(selection)].map(name => [name, {}] as const)
    : Object.entries(selection)
  if (wanted.length === 0) throw new SyncError('usage', 'No stream is selected.')
  return wanted.map(([name, options]) => [findStream(discovered, name), options] as const)
}

/** The one discovered stream of this name or title. @throws SyncError when there is none, or more than one */
export const findStream = <S extends { name: string; namespace?: string }>(streams: readonly S[], name: string): S => {
  const named = streams.filter(stream => stream.name === name || streamTitle(stream) === name)
  const [stream] = named
  if (stream === undefined)
    throw new SyncError('usage', `The source has no stream "${name}". It has: ${streams.map(streamTitle).join(', ')}.`)
  if (named.length > 1)
    throw new SyncError('usage', `Several streams are named "${name}": ${named.map(streamTitle).join(', ')}.`)
  return stream
}

const configure = (
  stream: AirbyteStream,
  options: StreamOptions,
  supported: readonly string[],
): ConfiguredAirbyteStream => {
  const title = streamTitle(stream)
  const key = stream.source_defined_primary_key ?? options.primaryKey?.map(path => [...path]) ?? []
  const cursor = stream.source_defined_cursor
    ? (stream.default_cursor_field ?? [])
    : [...(options.cursorField ?? stream.default_cursor_field ?? [])]
  const possible = ([mode, into]: readonly [SyncMode, DestinationSyncMode]): string | undefined => {
    if (!stream.supported_sync_modes.includes(mode)) return `the source cannot read it by ${mode}`
    if (!supported.includes(into)) return `the destination cannot write by ${into}`
    if (mode === 'incremental' && into === 'overwrite') return 'incremental and overwrite do not go together'
    if (mode === 'incremental' && cursor.length === 0 && !stream.source_defined_cursor)
      return 'incremental needs a cursor_field'
    if (into === 'append_dedup' && key.length === 0) return 'append_dedup needs a primary_key'
    return undefined
  }
  const candidates = PREFERENCE.concat([['full_refresh', 'append_dedup']]).filter(
    ([mode, into]) => mode === (options.syncMode ?? mode) && into === (options.destinationSyncMode ?? into),
  )
  const chosen = candidates.find(pair => possible(pair) === undefined)
  if (chosen === undefined) {
    const [first] = candidates
    const reason = first === undefined ? 'incremental and overwrite do not go together' : possible(first)
    throw new SyncError('usage', `The stream "${title}" cannot be synced so: ${reason}.`)
  }
  return {
    stream,
    sync_mode: chosen[0],
    destination_sync_mode: chosen[1],
    ...(cursor.length > 0 && { cursor_field: cursor }),
    ...(key.length > 0 && { primary_key: key }),
  }
}

/** The key of a configured stream. */
export const configuredKey = ({ stream }: ConfiguredAirbyteStream): string => streamKey(descriptor(stream))
