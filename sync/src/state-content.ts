import type { AirbyteStateMessage } from '@openehr-connectors/spec'
import { SyncError } from './failure.js'
import { descriptor, streamKey } from './stream-key.js'

/** What one stream was last synced as, and whether that came to its end. */
export interface Generation {
  readonly name: string
  readonly namespace?: string
  readonly sync_mode: 'full_refresh' | 'incremental'
  readonly generation_id: number
  /** Rows of older generations go when the stream is complete: equal to generation_id while it is replaced, else 0. */
  readonly minimum_generation_id: number
  readonly finished: boolean
}

/** What is remembered between two syncs of one connection. */
export interface StateContent {
  readonly version: 1
  /** Number of the last sync, from 1. */
  readonly sync_id: number
  /** As `read --state` takes them: STREAM states, or a single GLOBAL one. */
  readonly states: readonly AirbyteStateMessage[]
  readonly generations: readonly Generation[]
}

export const NOTHING: StateContent = { version: 1, sync_id: 0, states: [], generations: [] }

/**
 * The content of a state file. A bare array, as Airbyte shows a connection's state, is taken too.
 * @throws SyncError for anything else
 */
export const parseContent = (text: string, path: string): StateContent => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SyncError('usage', `${path} is not JSON, so it is no state file.`, { cause })
  }
  if (Array.isArray(value)) return { ...NOTHING, states: value as AirbyteStateMessage[] }
  const content = value as Partial<StateContent> | null
  if (content?.version !== 1 || !Array.isArray(content.states) || !Array.isArray(content.generations))
    throw new SyncError('usage', `${path} was not written by openehr-sync, or by a newer one.`)
  return content as StateContent
}

/**
 * The content with a state that the destination has returned. A stream's state replaces its own only; a GLOBAL one
 * replaces all, for it speaks of all.
 */
export const keepState = (content: StateContent, state: AirbyteStateMessage): StateContent => {
  if (state.global) return { ...content, states: [{ type: 'GLOBAL', global: state.global }] }
  if (!state.stream) return content
  const key = streamKey(state.stream.stream_descriptor)
  const others = content.states.filter(
    kept => kept.stream !== undefined && streamKey(kept.stream.stream_descriptor) !== key,
  )
  return { ...content, states: [...others, { type: 'STREAM', stream: state.stream }] }
}

/** The content without these streams' states. What a GLOBAL state shares goes only with its last stream. */
export const forgetStates = (content: StateContent, keys: ReadonlySet<string>): StateContent => ({
  ...content,
  states: content.states.flatMap((state): AirbyteStateMessage[] => {
    if (state.stream) return keys.has(streamKey(state.stream.stream_descriptor)) ? [] : [state]
    if (!state.global) return []
    const left = state.global.stream_states.filter(stream => !keys.has(streamKey(stream.stream_descriptor)))
    if (left.length === state.global.stream_states.length) return [state]
    return left.length === 0 ? [] : [{ ...state, global: { ...state.global, stream_states: left } }]
  }),
})

/** The states to hand to the source: those of the selected streams. A GLOBAL state is kept whole. */
export const statesOf = (content: StateContent, keys: ReadonlySet<string>): readonly AirbyteStateMessage[] =>
  content.states.filter(state => !state.stream || keys.has(streamKey(state.stream.stream_descriptor)))

/** The content as if these streams had never been read; their rows stay where they are. */
export const resetStreams = (content: StateContent, keys: ReadonlySet<string>): StateContent =>
  markFinished(forgetStates(content, keys), keys)

/** The content in which these streams' syncs have come to their end. */
export const markFinished = (content: StateContent, keys: ReadonlySet<string>): StateContent => ({
  ...content,
  generations: content.generations.map(generation =>
    keys.has(streamKey(generation)) ? { ...generation, finished: true } : generation,
  ),
})

/** The generation that the content remembers of a stream. */
export const generationOf = (content: StateContent, key: string): Generation | undefined =>
  content.generations.find(generation => streamKey(generation) === key)

/** The content with one stream's generation set. */
export const keepGeneration = (content: StateContent, generation: Generation): StateContent => ({
  ...content,
  generations: [
    ...content.generations.filter(kept => streamKey(kept) !== streamKey(generation)),
    { ...generation, ...descriptor(generation) },
  ],
})
