import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Postgres } from '@openehr-connectors/sandbox'
import type { AirbyteMessage, JsonObject } from '@openehr-connectors/spec'
import type { Command } from './measure.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const program = (path: string): string[] => [process.execPath, join(ROOT, path)]

export const SOURCE = program('source-openehr/dist/src/main.js')
export const DESTINATION = program('destination-postgres/dist/src/main.js')
export const SANDBOX = program('sandbox/dist/src/main.js')
export const BARE_LOOP = program('acceptance-tests/dist/bench/bare-loop.js')

/** The folder of this bench's files. */
export const FOLDER = mkdtempSync(join(tmpdir(), 'openehr-bench-'))

export const file = (name: string, content?: unknown): string => {
  const path = join(FOLDER, name)
  if (content !== undefined) writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

export const sourceConfig = (baseUrl: string, more: JsonObject = {}): string =>
  file('source.json', { base_url: baseUrl, authentication: { method: 'none' }, ...more })

export const destinationConfig = ({ host, port, database, user, password }: Postgres, more: JsonObject = {}): string =>
  file('destination.json', { host, port, database, username: user, password, ssl: { mode: 'disable' }, ...more })

/** A configured catalog of the stream `compositions`, as the platform makes it of what `discover` prints. */
export async function catalogOf(config: string, destinationMode: 'append' | 'append_dedup'): Promise<string> {
  const [node = '', ...args] = SOURCE
  const { stdout } = await promisify(execFile)(node, [...args, 'discover', '--config', config], { maxBuffer: 1e8 })
  const messages = stdout
    .trim()
    .split('\n')
    .map((line): AirbyteMessage => JSON.parse(line))
  const stream = messages.flatMap(({ catalog }) => catalog?.streams ?? []).find(({ name }) => name === 'compositions')
  return file(`catalog-${destinationMode}.json`, {
    streams: [
      {
        stream,
        sync_mode: 'incremental',
        destination_sync_mode: destinationMode,
        cursor_field: ['committed_at'],
        primary_key: [['ehr_id'], ['composition_uid']],
        generation_id: 1,
        minimum_generation_id: 0,
        sync_id: 1,
      },
    ],
  })
}

export const read = (config: string, catalog: string, state?: string): Command => ({
  argv: [
    ...SOURCE,
    'read',
    '--config',
    config,
    '--catalog',
    catalog,
    ...(state === undefined ? [] : ['--state', state]),
  ],
})

export const write = (config: string, catalog: string, input: string): Command => ({
  argv: [...DESTINATION, 'write', '--config', config, '--catalog', catalog],
  stdin: input,
})
