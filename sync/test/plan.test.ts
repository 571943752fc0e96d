import assert from 'node:assert/strict'
import type { AirbyteStateMessage, ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { plan } from '../src/plan.js'
import {
  generationOf,
  keepState,
  markFinished,
  NOTHING,
  resetStreams,
  type StateContent,
  statesOf,
} from '../src/state-content.js'

const KEY = '[null,"a"]'
const ALL = new Set([KEY])

const stream = (
  sync_mode: 'full_refresh' | 'incremental',
  destination_sync_mode: 'append' | 'overwrite' | 'append_dedup',
  is_resumable = true,
): ConfiguredAirbyteStream => ({
  stream: { name: 'a', json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'], is_resumable },
  sync_mode,
  destination_sync_mode,
})
const dedup = stream('incremental', 'append_dedup')
const overwrite = stream('full_refresh', 'overwrite')

const state = (upTo: number): AirbyteStateMessage => ({
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'a' }, stream_state: { upTo } },
})

/** A sync of one stream: what is sent of it, and what is remembered when it ended well, or did not. */
const after = (
  remembered: StateContent,
  configured: ConfiguredAirbyteStream,
  { refresh = false, fails = false, upTo = 1, dialect = 'refreshes' as 'refreshes' | 'legacy' } = {},
) => {
  const { catalog, states, content } = plan(remembered, [configured], dialect, refresh)
  const sent = catalog.streams[0]
  const kept = keepState(content, state(upTo))
  return {
    mode: sent?.destination_sync_mode,
    ids: [sent?.generation_id, sent?.minimum_generation_id],
    from: states.map(one => one.stream?.stream_state?.upTo),
    remembered: fails ? kept : markFinished(kept, ALL),
  }
}

describe('The plan of a sync', () => {
  it('carries an incremental stream on in its generation, and removes nothing', () => {
    const first = after(NOTHING, dedup)
    const second = after(first.remembered, dedup)
    assert.deepEqual([first.ids, first.from], [[0, 0], []])
    assert.deepEqual([second.ids, second.from], [[0, 0], [1]])
  })

  it('sends overwrite as append with a new generation each time, and without the last state', () => {
    const first = after(NOTHING, overwrite)
    const second = after(first.remembered, overwrite)
    assert.deepEqual([first.mode, first.ids, first.from], ['append', [1, 1], []])
    assert.deepEqual([second.ids, second.from], [[2, 2], []])
  })

  it('gives the repetition of a failed overwrite the same generation and the state it had reached', () => {
    const failed = after(NOTHING, overwrite, { fails: true, upTo: 7 })
    const again = after(failed.remembered, overwrite)
    assert.deepEqual([again.ids, again.from], [[1, 1], [7]])
  })

  it('starts a failed overwrite anew when the source cannot resume it', () => {
    const once = stream('full_refresh', 'overwrite', false)
    const failed = after(NOTHING, once, { fails: true, upTo: 7 })
    const again = after(failed.remembered, once)
    assert.deepEqual([again.ids, again.from], [[2, 2], []])
  })

  it('counts generations of a full refresh that appends, but removes nothing', () => {
    const append = stream('full_refresh', 'append')
    const first = after(NOTHING, append)
    assert.deepEqual(first.ids, [1, 0])
    assert.deepEqual(after(first.remembered, append).ids, [2, 0])
  })

  it('refreshes an incremental stream: from the start, older generations go, and it stays incremental', () => {
    const before = after(NOTHING, dedup)
    const refreshed = after(before.remembered, dedup, { refresh: true, upTo: 9 })
    assert.deepEqual([refreshed.mode, refreshed.ids, refreshed.from], ['append_dedup', [1, 1], []])
    const next = after(refreshed.remembered, dedup)
    assert.deepEqual([next.ids, next.from], [[1, 0], [9]])
  })

  it('carries a refresh that failed on, also when it is not asked for again', () => {
    const failed = after(NOTHING, dedup, { refresh: true, fails: true, upTo: 4 })
    const next = after(failed.remembered, dedup)
    assert.deepEqual([next.ids, next.from], [[1, 1], [4]])
  })

  it('speaks plain modes in the legacy dialect, where a refresh is a full refresh that overwrites', () => {
    const plain = after(NOTHING, dedup, { dialect: 'legacy' })
    assert.deepEqual([plain.mode, plain.ids], ['append_dedup', [undefined, undefined]])
    const refreshed = after(plain.remembered, dedup, { dialect: 'legacy', refresh: true })
    assert.deepEqual([refreshed.mode, refreshed.ids, refreshed.from], ['overwrite', [undefined, undefined], []])
  })

  it('never hands the state of a full refresh to an incremental sync', () => {
    const full = after(NOTHING, overwrite)
    assert.deepEqual(after(full.remembered, dedup).from, [])
  })

  it('takes the states that Airbyte shows of a connection', () => {
    assert.deepEqual(after({ ...NOTHING, states: [state(3)] }, dedup).from, [3])
  })

  it('numbers the syncs', () => {
    const { content } = plan(NOTHING, [dedup], 'refreshes', false)
    assert.equal(plan(content, [dedup], 'refreshes', false).catalog.streams[0]?.sync_id, 2)
  })
})

describe('What is remembered', () => {
  const two: AirbyteStateMessage = {
    type: 'STREAM',
    stream: { stream_descriptor: { name: 'a', namespace: 'x' }, stream_state: { upTo: 2 } },
  }

  it('keeps streams of one name in two namespaces apart', () => {
    const content = keepState(keepState(NOTHING, state(1)), two)
    assert.deepEqual(statesOf(content, new Set(['["x","a"]'])), [two])
    assert.equal(content.states.length, 2)
  })

  it('is reset for one stream: its state goes, and a refresh that was cut short is not carried on', () => {
    const failed = after(NOTHING, overwrite, { fails: true }).remembered
    const reset = resetStreams(keepState(failed, two), ALL)
    assert.deepEqual(reset.states, [two])
    assert.equal(generationOf(reset, KEY)?.finished, true)
  })

  it('forgets one stream of a GLOBAL state, and what is shared with its last', () => {
    const part = (name: string) => ({ stream_descriptor: { name }, stream_state: {} })
    const content = keepState(NOTHING, { global: { shared_state: { lsn: 1 }, stream_states: [part('a'), part('b')] } })
    const without = resetStreams(content, ALL)
    assert.deepEqual(without.states[0]?.global, { shared_state: { lsn: 1 }, stream_states: [part('b')] })
    assert.deepEqual(resetStreams(without, new Set(['[null,"b"]'])).states, [])
  })
})
