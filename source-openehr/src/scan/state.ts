import { ConfigError } from '@openehr-connectors/cdk'
import type { JsonObject } from '@openehr-connectors/spec'
import type { Position } from '../aql.js'
import { formatInstant, type Instant, parseInstant } from '../instant.js'
import type { Range } from './ranges.js'
import type { SeenState } from './seen.js'

/** The mark by which destinations and the platform know that a resumable full refresh has been read to its end. */
export const COMPLETE = '__ab_full_refresh_sync_complete'

/** Whose rows a cursor counts. A cursor of one server means nothing on another. */
export interface Origin {
  readonly base_url: string
  readonly system_id?: string
}

/** A stream's state, in memory. Either a snapshot is still being read, or a tail is followed from the cursor. */
export interface StreamState {
  readonly origin: Origin
  /** The template of a stream that holds one template's compositions. */
  readonly template: string | undefined
  /** A fingerprint of the filters. */
  readonly selection: string
  readonly snapshot: { readonly startedAt: Instant; readonly remaining: readonly Range[] } | undefined
  readonly cursor: Position | undefined
  /** The server's clock when everything up to the cursor was last looked at. */
  readonly scannedAt: Instant | undefined
  readonly seen: SeenState | undefined
  readonly complete: boolean
}

const VERSION = 1

export const writeState = (state: StreamState): JsonObject => ({
  version: VERSION,
  server: { ...state.origin },
  ...(state.template === undefined ? {} : { template_id: state.template }),
  selection: state.selection,
  ...(state.snapshot && {
    snapshot: {
      started_at: formatInstant(state.snapshot.startedAt),
      remaining: state.snapshot.remaining.map(({ after, through }) => [after, through]),
    },
  }),
  ...(state.cursor && { cursor: { committed_at: formatInstant(state.cursor.at), uid: state.cursor.id } }),
  ...(state.scannedAt !== undefined && { scanned_at: formatInstant(state.scannedAt) }),
  ...(state.seen && { seen: { ...state.seen, counts: state.seen.counts.map(pair => [...pair]) } }),
  ...(state.complete && { [COMPLETE]: true }),
})

/** @throws ConfigError when it is no state of this connector, or one of a newer version */
export const readState = (stream: string, state: JsonObject): StreamState => {
  const refuse = (why: string): never => {
    throw new ConfigError(`The saved state of stream "${stream}" ${why}. Reset the stream to read it from the start.`)
  }
  if (typeof state.version === 'number' && state.version > VERSION)
    refuse('was written by a newer version of this connector')
  const server = object(state.server)
  if (state.version !== VERSION || typeof server?.base_url !== 'string' || typeof state.selection !== 'string')
    return refuse('is not one of this connector')
  const snapshot = object(state.snapshot)
  const cursor = object(state.cursor)
  const seen = object(state.seen)
  const instant = (text: unknown): Instant =>
    (typeof text === 'string' ? parseInstant(text) : undefined) ?? refuse('holds a time that is none')
  return {
    origin: {
      base_url: server.base_url,
      ...(typeof server.system_id === 'string' && { system_id: server.system_id }),
    },
    template: typeof state.template_id === 'string' ? state.template_id : undefined,
    selection: state.selection,
    snapshot: snapshot && {
      startedAt: instant(snapshot.started_at),
      remaining:
        pairs(snapshot.remaining, 'string')?.map(([after, through]) => ({ after, through })) ??
        refuse('holds broken ranges'),
    },
    cursor: cursor && { at: instant(cursor.committed_at), id: typeof cursor.uid === 'string' ? cursor.uid : '' },
    scannedAt: state.scanned_at === undefined ? undefined : instant(state.scanned_at),
    seen: seen && {
      from: typeof seen.from === 'number' ? seen.from : refuse('holds a broken seen-set'),
      counts: pairs(seen.counts, 'number') ?? refuse('holds a broken seen-set'),
      hashes: typeof seen.hashes === 'string' ? seen.hashes : refuse('holds a broken seen-set'),
    },
    complete: state[COMPLETE] === true,
  }
}

const object = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined

type Pair = { string: readonly [string, string]; number: readonly [number, number] }

const pairs = <T extends 'string' | 'number'>(value: unknown, type: T): Pair[T][] | undefined =>
  Array.isArray(value) &&
  value.every(each => Array.isArray(each) && each.length === 2 && each.every(part => typeof part === type))
    ? (value as Pair[T][])
    : undefined
