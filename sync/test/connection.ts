import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  AirbyteMessage,
  AirbyteStateMessage,
  ConfiguredAirbyteCatalog,
  JsonObject,
} from '@openehr-connectors/spec'
import { type Summary, type SyncOptions, sync } from '../src/index.js'

const fixture = (name: string) => [
  process.execPath,
  fileURLToPath(new URL(`../../test/fixtures/${name}.mjs`, import.meta.url)),
]

/** A connection of the two fixtures in a folder of its own. */
export interface Connection {
  readonly folder: string
  readonly stateFile: string
  options(source: JsonObject, destination?: JsonObject): SyncOptions
  /** @param source what the source prints, @param destination how the destination misbehaves */
  sync(source: JsonObject, destination?: JsonObject, more?: Partial<SyncOptions>): Promise<Summary>
  /** The messages that the destination was sent, in order. */
  received(): AirbyteMessage[]
  /** The states that the source was started with. */
  sourceStates(): AirbyteStateMessage[]
  destinationCatalog(): ConfiguredAirbyteCatalog
  note<T>(name: string): T
  /** The states in the state file. */
  kept(): JsonObject
  remove(): void
}

export const connection = (): Connection => {
  const folder = mkdtempSync(join(tmpdir(), 'openehr-sync-test-'))
  const stateFile = join(folder, 'state.json')
  const note = <T>(name: string): T => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T
  const options = (source: JsonObject, destination: JsonObject = {}): SyncOptions => ({
    source: { command: fixture('source'), config: { notes: folder, ...source } },
    destination: { command: fixture('destination'), config: { notes: folder, ...destination } },
    stateFile,
  })
  return {
    folder,
    stateFile,
    options,
    sync: (source, destination, more) => sync({ ...options(source, destination), ...more }),
    note,
    received: () => note<{ lines: string[] }>('destination').lines.map(line => JSON.parse(line) as AirbyteMessage),
    sourceStates: () => note('source-state'),
    destinationCatalog: () => note('destination-catalog'),
    kept: () => {
      if (!existsSync(stateFile)) return {}
      const { states } = JSON.parse(readFileSync(stateFile, 'utf8')) as { states: AirbyteStateMessage[] }
      return Object.fromEntries(
        states.map(state => [
          state.stream?.stream_descriptor.name ?? 'GLOBAL',
          state.stream?.stream_state ?? state.global,
        ]),
      ) as JsonObject
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The types of messages, with runs of records as `RECORD × n`. */
export const shape = (messages: readonly AirbyteMessage[]): string[] => {
  const seen: string[] = []
  let records = 0
  for (const message of [...messages, undefined]) {
    if (message?.type === 'RECORD') {
      records++
      continue
    }
    if (records > 0) seen.push(`RECORD × ${records}`)
    records = 0
    if (message) seen.push(message.trace?.stream_status?.status ?? message.type)
  }
  return seen
}
