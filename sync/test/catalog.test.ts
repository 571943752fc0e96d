import assert from 'node:assert/strict'
import type { AirbyteStream } from '@openehr-connectors/spec'
import { configuredStreams, type Selection } from '../src/catalog.js'

const ALL_MODES = ['append', 'overwrite', 'append_dedup']
const stream = (name: string, more: Partial<AirbyteStream> = {}): AirbyteStream => ({
  name,
  json_schema: { type: 'object' },
  supported_sync_modes: ['full_refresh', 'incremental'],
  ...more,
})
const keyed = stream('keyed', {
  source_defined_cursor: true,
  default_cursor_field: ['at'],
  source_defined_primary_key: [['id']],
})
const bare = stream('bare')

const modes = (discovered: AirbyteStream[], selection?: Selection, supported = ALL_MODES) =>
  configuredStreams(discovered, selection, supported).map(
    ({ stream: { name }, sync_mode, destination_sync_mode }) => `${name}: ${sync_mode} + ${destination_sync_mode}`,
  )

describe('The configured streams', () => {
  it('are read incrementally and deduplicated where there is a key and a cursor, else replaced', () => {
    assert.deepEqual(modes([keyed, bare]), ['keyed: incremental + append_dedup', 'bare: full_refresh + overwrite'])
  })

  it('take the next best mode that the destination can write', () => {
    assert.deepEqual(modes([keyed], undefined, ['append', 'overwrite']), ['keyed: full_refresh + overwrite'])
    assert.deepEqual(modes([keyed], undefined, ['append']), ['keyed: incremental + append'])
  })

  it('carry the schema, the primary key and the cursor', () => {
    assert.deepEqual(configuredStreams([keyed], undefined, ALL_MODES), [
      {
        stream: keyed,
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
        cursor_field: ['at'],
        primary_key: [['id']],
      },
    ])
  })

  it('take a key and a cursor from the user where the source defines none', () => {
    const selection = { bare: { cursorField: ['at'], primaryKey: [['id']] } }
    assert.deepEqual(modes([bare], selection), ['bare: incremental + append_dedup'])
  })

  it('are the selected ones in the order in which they were named', () => {
    assert.deepEqual(modes([keyed, bare], ['bare', 'keyed']), [
      'bare: full_refresh + overwrite',
      'keyed: incremental + append_dedup',
    ])
  })

  for (const [what, selection, message] of [
    ['a stream that is not there', ['gone'], 'The source has no stream "gone". It has: keyed, bare.'],
    [
      'incremental without a cursor',
      { bare: { syncMode: 'incremental' } },
      'The stream "bare" cannot be synced so: incremental needs a cursor_field.',
    ],
    [
      'append_dedup without a key',
      { bare: { syncMode: 'full_refresh', destinationSyncMode: 'append_dedup' } },
      'The stream "bare" cannot be synced so: append_dedup needs a primary_key.',
    ],
    [
      'incremental with overwrite',
      { keyed: { syncMode: 'incremental', destinationSyncMode: 'overwrite' } },
      'The stream "keyed" cannot be synced so: incremental and overwrite do not go together.',
    ],
  ] as const satisfies readonly (readonly [string, Selection, string])[])
    it(`refuse ${what}`, () => assert.throws(() => modes([keyed, bare], selection), { message }))

  it('need the namespace where a name alone is not enough', () => {
    const twice = [stream('a', { namespace: 'x' }), stream('a', { namespace: 'y' })]
    assert.deepEqual(modes(twice, ['y.a']), ['a: full_refresh + overwrite'])
    assert.throws(() => modes(twice, ['a']), { message: 'Several streams are named "a": x.a, y.a.' })
  })
})
