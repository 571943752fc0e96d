import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SyncError } from '../src/index.js'
import { complete, readSettings, withFlags } from '../src/settings.js'

describe('The YAML file of a connection', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'openehr-sync-yaml-'))
  })
  after(() => rmSync(folder, { recursive: true }))
  const read = (yaml: string) => {
    const path = join(folder, 'ward.yaml')
    writeFileSync(path, yaml)
    return readSettings(path)
  }

  it('names two connectors, their configs, the streams and their modes', async () => {
    const settings = await read(`
source:
  command: source-openehr
  config: source.json
destination:
  command: [node, destination.js]
  config: { host: localhost, port: 5432 }
streams:
  compositions: incremental_append_dedup
  ehrs: { sync_mode: full_refresh, destination_sync_mode: append }
  templates: { cursor_field: at, primary_key: [id, [a, b]] }
  ehr_statuses:
dialect: legacy
`)
    assert.deepEqual(settings, {
      source: { command: 'source-openehr', config: join(folder, 'source.json') },
      destination: { command: ['node', 'destination.js'], config: { host: 'localhost', port: 5432 } },
      stateFile: join(folder, 'ward.state.json'),
      streams: {
        compositions: { syncMode: 'incremental', destinationSyncMode: 'append_dedup' },
        ehrs: { syncMode: 'full_refresh', destinationSyncMode: 'append' },
        templates: { cursorField: ['at'], primaryKey: [['id'], ['a', 'b']] },
        ehr_statuses: {},
      },
      dialect: 'legacy',
    })
  })

  it('may list streams, and place the state elsewhere', async () => {
    const settings = await read('streams: [a, b]\nstate: states/ward.json')
    assert.deepEqual(settings, { stateFile: join(folder, 'states/ward.json'), streams: ['a', 'b'] })
  })

  it('gives way to flags', async () => {
    const settings = withFlags(await read('source: { command: x, config: c.json }\nstreams: [a]'), {
      source: { command: 'y' },
      streams: ['b'],
    })
    assert.deepEqual(complete(settings.source, 'source'), { command: 'y', config: join(folder, 'c.json') })
    assert.deepEqual(settings.streams, ['b'])
  })

  for (const [what, yaml, message] of [
    ['a key that does not exist', 'sources: {}', /The file has no "sources"/],
    ['a stream option that does not exist', 'streams: { a: { modus: x } }', /streams.a has no "modus"/],
    [
      'a mode that does not exist',
      'streams: { a: sometimes }',
      /streams.a.mode must be one of: full_refresh_overwrite/,
    ],
    ['a dialect that does not exist', 'dialect: latin', /dialect must be one of: refreshes, legacy/],
    ['a list where there is one thing', 'source: []', /source must be a mapping/],
    ['what is no YAML', 'a: [', /cannot be read as YAML/],
  ] as const)
    it(`is refused for ${what}`, () =>
      assert.rejects(read(yaml), (error: unknown) => {
        assert.ok(error instanceof SyncError)
        assert.match(error.message, message)
        return true
      }))
})
