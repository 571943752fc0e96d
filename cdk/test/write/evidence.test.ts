import assert from 'node:assert/strict'
import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { isComplete } from '../../src/write/evidence.js'
import { configured } from './fixtures.js'

const resumable: Partial<ConfiguredAirbyteStream> = {
  sync_mode: 'full_refresh',
  stream: { name: 's', json_schema: {}, supported_sync_modes: ['full_refresh'], is_resumable: true },
}
const refreshes = { generation_id: 1, minimum_generation_id: 1 }
const streams = {
  'refreshes, incremental': configured('s', refreshes),
  'refreshes, full refresh': configured('s', { ...refreshes, sync_mode: 'full_refresh' }),
  'refreshes, resumable full refresh': configured('s', { ...refreshes, ...resumable }),
  'no refreshes, incremental': configured('s'),
  'no refreshes, full refresh': configured('s', { sync_mode: 'full_refresh' }),
  'no refreshes, resumable full refresh': configured('s', resumable),
  'no refreshes, resumable incremental': configured('s', { ...resumable, sync_mode: 'incremental' }),
}
const closings = {
  'no state behind the last record': undefined,
  'an empty state': { state: undefined },
  'a state on the way': { state: { cursor: 7 } },
  'a state that says it is the last': { state: { __ab_full_refresh_sync_complete: true } },
  'a state that says there is no cursor': { state: { __ab_no_cursor_state_message: true } },
}

/** Where no status has come, and what counts as evidence then. */
const completeByState: Record<string, readonly string[]> = {
  'no refreshes, incremental': Object.keys(closings).slice(1),
  'no refreshes, full refresh': Object.keys(closings).slice(1),
  'no refreshes, resumable full refresh': Object.keys(closings).slice(3),
  'no refreshes, resumable incremental': Object.keys(closings).slice(1),
}

describe('the evidence that a stream was read to its end', () => {
  for (const [title, stream] of Object.entries(streams)) {
    for (const [closingTitle, closing] of Object.entries(closings)) {
      it(`${title}, ${closingTitle}: COMPLETE proves it, INCOMPLETE disproves it`, () => {
        assert.equal(isComplete({ configured: stream, status: 'COMPLETE', closing }), true)
        assert.equal(isComplete({ configured: stream, status: 'INCOMPLETE', closing }), false)
      })

      const expected = completeByState[title]?.includes(closingTitle) ?? false
      it(`${title}, ${closingTitle}, and no status: ${expected ? 'complete' : 'not complete'}`, () => {
        assert.equal(isComplete({ configured: stream, status: undefined, closing }), expected)
      })
    }
  }

  it('takes a mark for nothing else than true', () => {
    const closing = { state: { __ab_full_refresh_sync_complete: 'true', __ab_no_cursor_state_message: false } }
    assert.equal(isComplete({ configured: configured('s', resumable), status: undefined, closing }), false)
  })

  it('takes a generation that is null, as some platforms write it, for none', () => {
    const nulls = JSON.parse('{"generation_id":null,"minimum_generation_id":null,"sync_id":null}')
    const closing = { state: { cursor: 7 } }
    assert.equal(isComplete({ configured: configured('s', nulls), status: undefined, closing }), true)
  })
})
