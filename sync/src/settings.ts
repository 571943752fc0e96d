import { readFile } from 'node:fs/promises'
import { parse as parsePath, resolve } from 'node:path'
import type { JsonObject } from '@openehr-connectors/spec'
import { parse } from 'yaml'
import type { DestinationSyncMode, Selection, StreamOptions, SyncMode } from './catalog.js'
import type { ConnectorOptions } from './connector.js'
import { SyncError } from './failure.js'
import type { Dialect } from './plan.js'

/** What a YAML file and flags say of a connection; flags win. */
export interface Settings {
  readonly source?: Partial<ConnectorOptions>
  readonly destination?: Partial<ConnectorOptions>
  readonly stateFile?: string
  readonly streams?: Selection
  readonly dialect?: Dialect
}

const MODES: Readonly<Record<string, readonly [SyncMode, DestinationSyncMode]>> = {
  full_refresh_overwrite: ['full_refresh', 'overwrite'],
  full_refresh_append: ['full_refresh', 'append'],
  incremental_append: ['incremental', 'append'],
  incremental_append_dedup: ['incremental', 'append_dedup'],
}

/**
 * Reads a connection's YAML file. Its paths are relative to its folder; the state lies beside it unless it says else.
 * @throws SyncError naming the key that is wrong, never its value
 */
export const readSettings = async (file: string): Promise<Settings> => {
  const path = resolve(file)
  let content: unknown
  try {
    content = parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new SyncError('usage', `${path} cannot be read as YAML.`, { cause })
  }
  const { dir, name } = parsePath(path)
  const settings = mapping(content, 'The file', ['source', 'destination', 'state', 'streams', 'dialect'])
  return {
    ...(settings.source !== undefined && { source: connectorOptions(settings.source, 'source', dir) }),
    ...(settings.destination !== undefined && {
      destination: connectorOptions(settings.destination, 'destination', dir),
    }),
    stateFile: resolve(dir, text(settings.state ?? `${name}.state.json`, 'state')),
    ...(settings.streams !== undefined && { streams: selection(settings.streams) }),
    ...(settings.dialect !== undefined && { dialect: oneOf(settings.dialect, 'dialect', ['refreshes', 'legacy']) }),
  }
}

const connectorOptions = (value: unknown, key: string, folder: string): Partial<ConnectorOptions> => {
  const { command, config } = mapping(value, key, ['command', 'config'])
  return {
    ...(command !== undefined && {
      command: Array.isArray(command) ? list(command, `${key}.command`) : text(command, `${key}.command`),
    }),
    ...(config !== undefined && {
      config: typeof config === 'string' ? resolve(folder, config) : (mapping(config, `${key}.config`) as JsonObject),
    }),
  }
}

const selection = (value: unknown): Selection => {
  if (Array.isArray(value)) return list(value, 'streams')
  return Object.fromEntries(
    Object.entries(mapping(value, 'streams')).map(([name, said]) => [name, streamOptions(said, `streams.${name}`)]),
  )
}

const streamOptions = (value: unknown, key: string): StreamOptions => {
  const said = mapping(typeof value === 'string' ? { mode: value } : (value ?? {}), key, [
    'mode',
    'sync_mode',
    'destination_sync_mode',
    'cursor_field',
    'primary_key',
  ])
  const mode = said.mode === undefined ? undefined : MODES[oneOf(said.mode, `${key}.mode`, Object.keys(MODES))]
  const sync = said.sync_mode ?? mode?.[0]
  const into = said.destination_sync_mode ?? mode?.[1]
  return {
    ...(sync !== undefined && { syncMode: oneOf(sync, `${key}.sync_mode`, ['full_refresh', 'incremental']) }),
    ...(into !== undefined && {
      destinationSyncMode: oneOf(into, `${key}.destination_sync_mode`, ['append', 'overwrite', 'append_dedup']),
    }),
    ...(said.cursor_field !== undefined && { cursorField: fieldPath(said.cursor_field, `${key}.cursor_field`) }),
    ...(said.primary_key !== undefined && {
      primaryKey: (Array.isArray(said.primary_key) ? said.primary_key : [said.primary_key]).map(path =>
        fieldPath(path, `${key}.primary_key`),
      ),
    }),
  }
}

const fieldPath = (value: unknown, key: string): string[] => (typeof value === 'string' ? [value] : list(value, key))

const mapping = (value: unknown, key: string, known?: readonly string[]): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyncError('usage', `${key} must be a mapping.`)
  const stray = known && Object.keys(value).find(name => !known.includes(name))
  if (stray !== undefined) throw new SyncError('usage', `${key} has no "${stray}". It has: ${known?.join(', ')}.`)
  return value as Record<string, unknown>
}

const text = (value: unknown, key: string): string => {
  if (typeof value !== 'string' || value === '') throw new SyncError('usage', `${key} must be a text.`)
  return value
}

const list = (value: unknown, key: string): string[] => {
  if (!Array.isArray(value)) throw new SyncError('usage', `${key} must be a list.`)
  return value.map(item => text(item, key))
}

const oneOf = <T extends string>(value: unknown, key: string, known: readonly T[]): T => {
  const found = known.find(one => one === value)
  if (found === undefined) throw new SyncError('usage', `${key} must be one of: ${known.join(', ')}.`)
  return found
}

/** The folder a flag's path is relative to is the caller's own. */
export const withFlags = (settings: Settings, flags: Settings): Settings => ({
  ...settings,
  ...flags,
  source: { ...settings.source, ...flags.source },
  destination: { ...settings.destination, ...flags.destination },
})

/** A connector's options once both sources of settings are laid together. @throws SyncError naming what is missing */
export const complete = (options: Partial<ConnectorOptions> | undefined, role: string): ConnectorOptions => {
  const { command, config } = options ?? {}
  if (command === undefined) throw new SyncError('usage', `Say how to run the ${role}: --${role} COMMAND.`)
  if (config === undefined) throw new SyncError('usage', `Name the ${role}'s config: --${role}-config FILE.`)
  return { command, config }
}
