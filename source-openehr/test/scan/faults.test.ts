import assert from 'node:assert/strict'
import { ConfigError, TransientError } from '@openehr-connectors/cdk'
import type { FaultSettings, Sandbox } from '@openehr-connectors/sandbox'
import { everything, freshSandbox, read, settled, type Told, uidsOf } from '../reading.js'

const QUERIES = '/query/aql'

describe('a server that fails', () => {
  let sandbox: Sandbox
  before(async () => {
    sandbox = await freshSandbox({ compositions: 1200 })
  })
  after(() => sandbox.stop())
  afterEach(() => sandbox.faults.clear())

  const passing: Record<string, FaultSettings> = {
    'answers 500 once': { requests: [{ path: QUERIES, status: 500 }] },
    'answers 503 twice': { requests: [{ path: QUERIES, status: 503, times: 2 }] },
    'asks to wait (429, Retry-After)': { requests: [{ path: QUERIES, status: 429, retryAfter: 0, times: 3 }] },
    'cuts its answer': { requests: [{ path: QUERIES, cutAfter: 5000, times: 2 }] },
    'cuts a chunked answer': { requests: [{ path: QUERIES, cutAfter: 5000, framing: 'chunked', times: 2 }] },
    'fails above 100 rows with 500': { tooManyRows: { over: 100, answer: 500 } },
    'fails above 100 rows with 504': { tooManyRows: { over: 100, answer: 504 } },
  }
  for (const [what, faults] of Object.entries(passing))
    it(`and ${what} costs no record`, async () => {
      sandbox.faults.set(faults)
      const { items } = await read(sandbox)
      assert.deepEqual(uidsOf(items).sort(), everything(sandbox))
      assert.ok(items.every(item => !('record' in item) || item.record.composition !== null))
    })

  it('and does not answer large pages in time is asked for smaller ones', async () => {
    sandbox.faults.set({ tooManyRows: { over: 200, answer: 'never' } })
    const { items } = await read(sandbox, { config: { request_timeout_seconds: 1, max_tries: 1, partitions: 1 } })
    assert.deepEqual(uidsOf(items).sort(), everything(sandbox))
  })

  it('and cuts a whole frame short is an error, never a short page', async () => {
    sandbox.faults.set({ requests: [{ path: QUERIES, cutAfter: 50_000, framing: 'short', times: 1000 }] })
    await assert.rejects(read(sandbox), TransientError)
  })

  it('for good ends the sync with an error, behind states for all that was sent', async () => {
    const items: Told[] = []
    const onItem = (item: Told): void => {
      if (items.push(item) === 300) sandbox.faults.set({ requests: [{ path: QUERIES, status: 503, times: 1000 }] })
    }
    const config = { max_tries: 1, page_target_megabytes: 1, partitions: 1 }
    await assert.rejects(read(sandbox, { config, onItem }), TransientError)
    const sent = uidsOf(items)
    assert.ok(sent.length >= 300 && sent.length < 1200, String(sent.length))
    const { uids, state } = settled({ items, warnings: [] }, 'compositions')
    assert.deepEqual(uids, sent)
    sandbox.faults.clear()
    const rest = await read(sandbox, { states: new Map([['compositions', state ?? {}]]) })
    assert.deepEqual([...sent, ...uidsOf(rest.items)].sort(), everything(sandbox))
  })

  it('and serves no more than its limit at once is read within it', async () => {
    const limited = await freshSandbox({ compositions: 700, maxLimit: 60 })
    const { items } = await read(limited)
    assert.deepEqual(uidsOf(items).sort(), everything(limited))
    await limited.stop()
  })
})

describe('a composition that the server cannot serve', () => {
  let sandbox: Sandbox
  let poison: string[]
  before(async () => {
    sandbox = await freshSandbox({ compositions: 1200 })
    const { population } = sandbox
    // Neighbours, the first and the last by id, and the newest, which the tail comes by.
    poison = [0, 1, 600, 1199]
      .map(i => population.uidAt(population.byUid[i] ?? 0))
      .concat(population.uidAt(population.byTime[1199] ?? 0))
  })
  after(() => sandbox.stop())
  beforeEach(() => sandbox.faults.set({ poison }))
  afterEach(() => sandbox.faults.clear())

  it('is sent with its ids, times and template, and everything round it is read', async () => {
    const { items, warnings } = await read(sandbox)
    assert.deepEqual(uidsOf(items).sort(), everything(sandbox))
    const nulled = items.flatMap(item => ('record' in item && item.record.composition === null ? [item] : []))
    assert.deepEqual(nulled.map(({ record }) => String(record.composition_uid)).sort(), [...new Set(poison)].sort())
    for (const { record, changes } of nulled) {
      assert.deepEqual(changes, [{ field: 'composition', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }])
      assert.ok(record.ehr_id && record.template_id && record.committed_at && record.archetype_id)
    }
    assert.match(warnings.join(), new RegExp(`${new Set(poison).size} versions could not be read`))
  }).timeout(120_000)

  it('fails its streams, and no other, when that is wanted; their states lie before it', async () => {
    const config = { unreadable_compositions: 'fail', partitions: 1 }
    const { items } = await read(sandbox, { streams: ['compositions', 'ehrs'], config })
    const failures = items.flatMap(item => ('failure' in item ? [item] : []))
    assert.deepEqual(
      failures.map(({ stream }) => stream),
      ['compositions'],
    )
    assert.ok(failures[0]?.failure instanceof ConfigError)
    assert.ok(settled({ items, warnings: [] }, 'ehrs').uids.length > 0)
    assert.deepEqual(
      settled({ items, warnings: [] }, 'compositions').uids,
      uidsOf(items.filter(item => item.stream === 'compositions')),
    )
  }).timeout(120_000)

  it('is not believed of a server that serves no composition at all', async () => {
    const { population } = sandbox
    sandbox.faults.set({ poison: Array.from({ length: population.size }, (_, i) => population.uidAt(i)) })
    await assert.rejects(read(sandbox, { config: { partitions: 1 } }), /500 to every query that selects content/)
  }).timeout(240_000)
})
