import type { Item, Logger, SelectedStream } from '@openehr-connectors/cdk'
import { type Sandbox, type SandboxOptions, startSandbox } from '@openehr-connectors/sandbox'
import type { AirbyteStream, JsonObject } from '@openehr-connectors/spec'
import { source } from '../src/source.js'

/** What a read gave, copied: records and states in their order. */
export interface Reading {
  readonly items: readonly Told[]
  readonly warnings: readonly string[]
}

export type Told =
  | { stream: string; record: JsonObject; changes?: Item extends { changes?: infer C } ? C : unknown }
  | { stream: string; state: JsonObject }
  | { stream: string; failure: unknown }

export interface ReadOptions {
  readonly streams?: readonly string[]
  readonly mode?: 'incremental' | 'full_refresh'
  readonly states?: ReadonlyMap<string, JsonObject>
  readonly config?: JsonObject
  /** Stops looking after so many items, as a process that is killed does. */
  readonly items?: number
  readonly signal?: AbortSignal
  /** Called with each item as it comes. */
  readonly onItem?: (item: Told) => void
}

const quiet: Logger = { error() {}, warn() {}, info() {}, debug() {} }

export const configOf = (sandbox: Sandbox, more: JsonObject = {}) =>
  source.configure({ base_url: sandbox.baseUrl, authentication: { method: 'none' }, ...more })

/** Reads as a sync does, without the process round it. */
export async function read(sandbox: Sandbox, options: ReadOptions = {}): Promise<Reading> {
  const {
    streams = ['compositions'],
    mode = 'incremental',
    states = new Map(),
    items = Number.POSITIVE_INFINITY,
  } = options
  const signal = options.signal ?? new AbortController().signal
  const warnings: string[] = []
  const context = { log: { ...quiet, warn: (message: string) => void warnings.push(message) }, signal }
  const config = configOf(sandbox, options.config)
  const catalog = new Map((await source.discover(config, context)).map(stream => [stream.name, stream]))
  const selected = streams.map((name): SelectedStream => {
    const stream =
      catalog.get(name) ?? ({ name, json_schema: {}, supported_sync_modes: ['full_refresh'] } as AirbyteStream)
    return { name, configured: { stream, sync_mode: mode, destination_sync_mode: 'append' }, state: states.get(name) }
  })
  const told: Told[] = []
  for (const reader of await source.open(config, selected, context))
    for await (const item of reader.read(signal)) {
      const copy = copyOf(item)
      told.push(copy)
      options.onItem?.(copy)
      if (told.length >= items) return { items: told, warnings }
    }
  return { items: told, warnings }
}

const copyOf = (item: Item): Told => {
  if (!('record' in item)) return item
  const { record } = item
  const data: JsonObject =
    record instanceof Uint8Array ? JSON.parse(Buffer.from(record).toString()) : structuredClone(record)
  return { ...item, record: data }
}

/** The records of a stream whose states the destination has acknowledged: those before its last state. */
export const settled = ({ items }: Reading, stream: string): { uids: string[]; state: JsonObject | undefined } => {
  const own = items.filter(item => item.stream === stream)
  const last = own.findLastIndex(item => 'state' in item)
  const state = own[last]
  return { uids: uidsOf(own.slice(0, last + 1)), state: state && 'state' in state ? state.state : undefined }
}

export const uidsOf = (items: readonly Told[]): string[] =>
  items.flatMap(item => ('record' in item ? [String(item.record.version_uid)] : []))

export const statesOf = ({ items }: Reading): Map<string, JsonObject> =>
  new Map(items.flatMap(item => ('state' in item ? [[item.stream, item.state] as const] : [])))

/** Every version uid of the sandbox's own population. */
export const everything = ({ population }: Sandbox): string[] =>
  Array.from({ length: population.size }, (_, i) => `${population.uidAt(i)}::${population.systemId}::1`).sort()

/** A sandbox whose clock stands a minute after its last commit, so that this lies within the lookback. */
export async function freshSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const probe = await startSandbox({ ...options, port: 0 })
  const { population } = probe
  const last = population.committedAt(population.byTime[population.size - 1] ?? 0)
  await probe.stop()
  return await startSandbox({ ...options, now: () => last + 60_000_000 })
}
