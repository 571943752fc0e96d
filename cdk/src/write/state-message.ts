import type { JsonObject } from '@openehr-connectors/spec'
import { members, spells } from '../json/index.js'
import { streamKey } from './stream-key.js'

/** A STATE as it came in (protocol 0.18, AirbyteStateMessage). */
export interface StateMessage {
  readonly type: 'STATE'
  /** A STREAM state covers the one stream that it tells of; a GLOBAL one covers every stream of the sync. */
  readonly scope: 'STREAM' | 'GLOBAL'
  readonly told: readonly ToldState[]
  /** The whole line, and where the value of `state` starts in it. Borrowed from the chunk of input. */
  readonly line: Buffer
  readonly start: number
}

/** What a state says of one stream. */
export interface ToldState {
  readonly stream: string
  readonly name: string
  readonly state: unknown
}

/**
 * Reads the value of `state`.
 * @param start,end its span in `line`, known to be one JSON value
 * @throws Error with the reason, to be completed by the line's number
 */
export function readState(line: Buffer, start: number, end: number): StateMessage {
  const state = asObject(JSON.parse(line.toString('utf8', start, end)))
  // PyAirbyte writes `global_`, beside `global` or instead of it.
  const global = asObject(state?.global) ?? asObject(state?.global_)
  const scope = state?.type ?? (global ? 'GLOBAL' : 'STREAM')
  if (scope === 'GLOBAL' && global) {
    const list = Array.isArray(global.stream_states) ? global.stream_states : []
    return { type: 'STATE', scope, told: list.flatMap(entry => readStreamState(entry) ?? []), line, start }
  }
  const stream = scope === 'STREAM' ? readStreamState(state?.stream) : undefined
  // LEGACY states are no longer known to the platform, and cannot be laid behind the records of a stream.
  if (!stream) throw new Error('its STATE is neither of one stream nor global')
  return { type: 'STATE', scope: 'STREAM', told: [stream], line, start }
}

function readStreamState(value: unknown): ToldState | undefined {
  const entry = asObject(value)
  const stream = readDescriptor(entry?.stream_descriptor)
  return stream && { ...stream, state: entry?.stream_state }
}

/** The key and name of a StreamDescriptor; undefined when it is none. */
export function readDescriptor(value: unknown): { stream: string; name: string } | undefined {
  const { name, namespace } = asObject(value) ?? {}
  if (typeof name !== 'string') return undefined
  return { stream: streamKey(name, typeof namespace === 'string' ? namespace : undefined), name }
}

/** The value if it is an object, else undefined. */
export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined

/**
 * The line that gives a state back: byte for byte as it came, for the platform knows it again by keys that the protocol
 * does not have, with `destinationStats` added to the state, or in place of those it holds.
 * @param recordCount the records that came for the stream since its previous state
 */
export function echo({ line, start }: StateMessage, recordCount: number): string {
  // The protocol asks for a number "with a decimal point", which JSON.stringify would leave out.
  const stats = `{"recordCount":${recordCount}.0}`
  const pieces: string[] = []
  let copied = 0
  let empty = true
  const closed = members(line, start, (keyStart, keyEnd, valueStart, valueEnd) => {
    empty = false
    if (!spells(line, keyStart, keyEnd, 'destinationStats')) return
    pieces.push(line.toString('utf8', copied, valueStart), stats)
    copied = valueEnd
  })
  if (pieces.length === 0) {
    pieces.push(line.toString('utf8', 0, closed - 1), `${empty ? '' : ','}"destinationStats":${stats}`)
    copied = closed - 1
  }
  pieces.push(line.toString('utf8', copied))
  return pieces.join('')
}
