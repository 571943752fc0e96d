import assert from 'node:assert/strict'
import {
  type AirbyteMessage,
  type ConfiguredAirbyteCatalog,
  type Problem,
  validateCatalog,
  validateConfiguredCatalog,
  validateMessage,
  validateStates,
} from '@openehr-connectors/spec'
import { describe, it } from 'mocha'

const stream = { name: 'ehrs', json_schema: { type: 'object' }, supported_sync_modes: ['full_refresh'] }
const descriptor = { stream_descriptor: { name: 'ehrs' } }

const valid: Record<string, AirbyteMessage> = {
  RECORD: {
    type: 'RECORD',
    record: {
      stream: 'compositions',
      namespace: 'north',
      data: { composition: null },
      emitted_at: 1_700_000_000_000,
      meta: { changes: [{ field: 'composition', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }] },
      file_reference: { staging_file_url: '/tmp/a', source_file_relative_path: 'a', file_size_bytes: 1 },
    },
  },
  'STATE of one stream': {
    type: 'STATE',
    state: { type: 'STREAM', stream: { ...descriptor, stream_state: { version: 1 } }, sourceStats: { recordCount: 2 } },
  },
  'STATE of all streams': {
    type: 'STATE',
    state: {
      type: 'GLOBAL',
      global: { shared_state: {}, stream_states: [descriptor] },
      destinationStats: { recordCount: 2, rejectedRecordCount: 1 },
    },
  },
  LOG: { type: 'LOG', log: { level: 'WARN', message: 'slow', stack_trace: 'at …' } },
  SPEC: { type: 'SPEC', spec: { connectionSpecification: {}, supported_destination_sync_modes: ['append'] } },
  CONNECTION_STATUS: { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: 'no' } },
  CATALOG: {
    type: 'CATALOG',
    catalog: {
      streams: [{ name: 'ehrs', json_schema: {}, supported_sync_modes: ['incremental'], is_resumable: true }],
    },
  },
  'TRACE of an error': {
    type: 'TRACE',
    trace: { type: 'ERROR', emitted_at: 1, error: { message: 'no', failure_type: 'config_error', ...descriptor } },
  },
  'TRACE of a status': {
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: 1.5,
      stream_status: {
        ...descriptor,
        status: 'RUNNING',
        reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: 2 } }],
      },
    },
  },
  'TRACE of an estimate': {
    type: 'TRACE',
    trace: { type: 'ESTIMATE', emitted_at: 1, estimate: { name: 'ehrs', type: 'STREAM', row_estimate: 3 } },
  },
  'TRACE of analytics': { type: 'TRACE', trace: { type: 'ANALYTICS', emitted_at: 1, analytics: { type: 'vendor' } } },
  CONTROL: {
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config: { refresh_token: 'x' } } },
  },
  DESTINATION_CATALOG: {
    type: 'DESTINATION_CATALOG',
    destination_catalog: { operations: [{ object_name: 'a', sync_mode: 'update', json_schema: {} }] },
  },
}

const invalid: Record<string, [unknown, ...Problem[]]> = {
  'that is not an object': [[], { path: '', message: 'must be of type object' }],
  'without a type': [{ record: { stream: 'a', data: {}, emitted_at: 1 } }, { path: '/type', message: 'is required' }],
  'of an unknown type': [
    { type: 'PING' },
    {
      path: '/type',
      message:
        'must be one of RECORD, STATE, LOG, SPEC, CONNECTION_STATUS, CATALOG, TRACE, CONTROL, DESTINATION_CATALOG',
    },
  ],
  'with a RECORD without members': [
    { type: 'RECORD', record: {} },
    { path: '/record/stream', message: 'is required' },
    { path: '/record/data', message: 'is required' },
    { path: '/record/emitted_at', message: 'is required' },
  ],
  'with a RECORD whose time is text': [
    { type: 'RECORD', record: { stream: 'a', data: {}, emitted_at: '2024-01-01' } },
    { path: '/record/emitted_at', message: 'must be of type integer' },
  ],
  'with an incomplete change': [
    { type: 'RECORD', record: { stream: 'a', data: {}, emitted_at: 1, meta: { changes: [{ field: 'b' }] } } },
    { path: '/record/meta/changes/0/reason', message: 'is required' },
    { path: '/record/meta/changes/0/change', message: 'is required' },
  ],
  'with a STATE that names no stream': [
    { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: {} } } },
    { path: '/state/stream/stream_descriptor/name', message: 'is required' },
  ],
  'with a global STATE without streams': [
    { type: 'STATE', state: { type: 'GLOBAL', global: { shared_state: {} } } },
    { path: '/state/global/stream_states', message: 'is required' },
  ],
  'with a count that is text': [
    { type: 'STATE', state: { sourceStats: { recordCount: '2' } } },
    { path: '/state/sourceStats/recordCount', message: 'must be of type number' },
  ],
  'with a LOG of an unknown level': [
    { type: 'LOG', log: { level: 'NOTICE', message: 'a' } },
    { path: '/log/level', message: 'must be one of FATAL, ERROR, WARN, INFO, DEBUG, TRACE' },
  ],
  'with a SPEC that specifies nothing': [
    { type: 'SPEC', spec: {} },
    { path: '/spec/connectionSpecification', message: 'is required' },
  ],
  'with a CONNECTION_STATUS in between': [
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'MAYBE' } },
    { path: '/connectionStatus/status', message: 'must be one of SUCCEEDED, FAILED' },
  ],
  'with a TRACE whose ERROR has no message': [
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error: {} } },
    { path: '/trace/error/message', message: 'is required' },
  ],
  'with a TRACE of an unknown status': [
    {
      type: 'TRACE',
      trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { ...descriptor, status: 'DONE' } },
    },
    { path: '/trace/stream_status/status', message: 'must be one of STARTED, RUNNING, COMPLETE, INCOMPLETE' },
  ],
  'with a CONTROL without a time': [
    { type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG' } },
    { path: '/control/emitted_at', message: 'is required' },
  ],
}

describe('The protocol', () => {
  for (const [title, message] of Object.entries(valid))
    it(`takes a ${title}`, () => {
      assert.deepEqual(validateMessage(structuredClone(message)), [])
    })

  for (const [title, [message, ...problems]] of Object.entries(invalid))
    it(`refuses a message ${title}`, () => {
      assert.deepEqual(validateMessage(message), problems)
    })

  it('tolerates members that it does not know, as the platform adds some', () => {
    assert.deepEqual(validateMessage({ type: 'STATE', state: { type: 'STREAM', id: 7 }, trailer: [null] }), [])
  })

  it('takes null for an optional member as if it were absent, because PyAirbyte writes it so', () => {
    const message = {
      type: 'RECORD',
      log: null,
      record: { stream: 'a', namespace: null, data: { b: null }, emitted_at: 1 },
    }
    assert.deepEqual(validateMessage(message), [])
    assert.deepEqual(message, { type: 'RECORD', record: { stream: 'a', data: { b: null }, emitted_at: 1 } })
  })

  it('misses a required member that is null', () => {
    assert.deepEqual(validateMessage({ type: 'LOG', log: { level: 'INFO', message: null } }), [
      { path: '/log/message', message: 'is required' },
    ])
  })

  it('takes a catalog and names what is wrong in another', () => {
    assert.deepEqual(validateCatalog({ streams: [stream] }), [])
    assert.deepEqual(validateCatalog({ streams: [{ ...stream, supported_sync_modes: [] }, { name: 'b' }] }), [
      { path: '/streams/0/supported_sync_modes', message: 'must have 1 items or more' },
      { path: '/streams/1/json_schema', message: 'is required' },
      { path: '/streams/1/supported_sync_modes', message: 'is required' },
    ])
  })

  it('takes a configured catalog with and without generations', () => {
    const configured: ConfiguredAirbyteCatalog = {
      streams: [
        {
          stream: { name: 'ehrs', json_schema: {}, supported_sync_modes: ['incremental'] },
          sync_mode: 'incremental',
          destination_sync_mode: 'append_dedup',
          cursor_field: ['committed_at'],
          primary_key: [['ehr_id']],
        },
      ],
    }
    assert.deepEqual(validateConfiguredCatalog(configured), [])
    const [first] = configured.streams
    const refreshed = { streams: [{ ...first, generation_id: 3, minimum_generation_id: 0, sync_id: 12 }] }
    assert.deepEqual(validateConfiguredCatalog(refreshed), [])
    const unrefreshed = { streams: [{ ...first, generation_id: null, minimum_generation_id: null, sync_id: null }] }
    assert.deepEqual(validateConfiguredCatalog(unrefreshed), [])
    assert.deepEqual(unrefreshed, configured)
  })

  it('refuses a configured catalog with an unknown mode', () => {
    const configured = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite_dedup' }] }
    assert.deepEqual(validateConfiguredCatalog(configured), [
      {
        path: '/streams/0/destination_sync_mode',
        message: 'must be one of append, overwrite, append_dedup, update, soft_delete',
      },
    ])
  })

  it('takes the states of --state as an array only', () => {
    assert.deepEqual(validateStates([]), [])
    assert.deepEqual(validateStates([{ type: 'STREAM', stream: descriptor }]), [])
    assert.deepEqual(validateStates({ type: 'STREAM', stream: descriptor }), [
      { path: '', message: 'must be of type array' },
    ])
    assert.deepEqual(validateStates([null]), [{ path: '/0', message: 'must be of type object' }])
  })
})
