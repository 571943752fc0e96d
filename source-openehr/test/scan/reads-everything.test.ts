import assert from 'node:assert/strict'
import type { Sandbox } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { everything, freshSandbox, read, settled, statesOf, type Told, uidsOf } from '../reading.js'

const VITALS = 'composition_vital_signs_v1'
// Small pages, so that a few thousand compositions make many.
const SMALL = { page_target_megabytes: 1 }

describe('the scan of compositions', () => {
  let sandbox: Sandbox
  before(async () => {
    sandbox = await freshSandbox({ compositions: 3000 })
  })
  after(() => sandbox.stop())
  beforeEach(() => {
    sandbox.faults.clear()
    sandbox.requests.reset()
  })

  for (const partitions of [1, 4, 8])
    it(`reads every composition exactly once, in ${partitions} ranges`, async () => {
      const reading = await read(sandbox, { config: { ...SMALL, partitions } })
      assert.deepEqual(uidsOf(reading.items).sort(), everything(sandbox))
    })

  it("gives each template's stream its own compositions, and `compositions` all, from one scan", async () => {
    const { items } = await read(sandbox, { streams: ['compositions', VITALS], config: SMALL })
    const all = items.filter(item => item.stream === 'compositions')
    const vitals = items.filter(item => item.stream === VITALS)
    assert.deepEqual(uidsOf(all).sort(), everything(sandbox))
    const expected = all.flatMap(item =>
      'record' in item && item.record.template_id === 'vital_signs.v1' ? [item.record] : [],
    )
    assert.deepEqual(new Set(uidsOf(vitals)), new Set(expected.map(record => record.version_uid)))
    assert.equal(uidsOf(vitals).length, expected.length)
  })

  it('copies the canonical JSON byte for byte', async () => {
    const { items } = await read(sandbox)
    const record = items.find(item => 'record' in item)
    assert.ok(record && 'record' in record)
    const { population } = sandbox
    const index = Array.from({ length: population.size }, (_, i) => i).find(
      i => population.uidAt(i) === record.record.composition_uid,
    )
    assert.deepEqual(record.record.composition, JSON.parse(population.text(index ?? -1)))
  })

  it('needs no more than one request for 500 compositions and twenty, and four for an incremental sync of nothing', async () => {
    const reading = await read(sandbox)
    assert.ok(sandbox.requests.total <= 3000 / 500 + 20, String(sandbox.requests.total))
    sandbox.requests.reset()
    const again = await read(sandbox, { states: statesOf(reading) })
    assert.deepEqual(uidsOf(again.items), [])
    // One of them is the discovery that this test does itself.
    assert.ok(sandbox.requests.total - 1 <= 4, JSON.stringify(sandbox.requests.byPath))
  })

  it('loses nothing and repeats at most what came after the last state, wherever it is killed', async () => {
    for (const items of [1, 77, 600, 1500, 2400, 3000]) {
      const killed = await read(sandbox, { config: SMALL, items, streams: ['compositions', VITALS] })
      const states = statesOf(killed)
      const rest = await read(sandbox, { config: SMALL, streams: ['compositions', VITALS], states })
      const kept = settled(killed, 'compositions').uids
      const union = [...kept, ...uidsOf(rest.items.filter(item => item.stream === 'compositions'))]
      assert.deepEqual(union.sort(), everything(sandbox), `killed after ${items} items`)
    }
  })

  it('starts at the lowest cursor when the streams have come unevenly far, and each takes what lies ahead of its own', async () => {
    const part = await read(sandbox, { streams: [VITALS], items: 300, config: SMALL })
    const whole = await read(sandbox, { streams: ['compositions'], config: SMALL })
    const states = new Map([...statesOf(whole), ...statesOf(part)])
    const rest = await read(sandbox, { streams: ['compositions', VITALS], states, config: SMALL })
    assert.deepEqual(uidsOf(rest.items.filter(item => item.stream === 'compositions')), [])
    const vitals = [...settled(part, VITALS).uids, ...uidsOf(rest.items)]
    assert.equal(new Set(vitals).size, vitals.length)
    const all = uidsOf((await read(sandbox, { streams: [VITALS] })).items)
    assert.deepEqual(vitals.sort(), all.sort())
  })

  it('that is stopped yields states for what it has sent, and goes on from there', async () => {
    const stop = new AbortController()
    let seen = 0
    const onItem = (item: Told): void => {
      if ('record' in item && ++seen === 500) stop.abort()
    }
    const stopped = await read(sandbox, { config: SMALL, signal: stop.signal, onItem })
    assert.ok(stopped.items.at(-1) && 'state' in (stopped.items.at(-1) as Told))
    const { uids } = settled(stopped, 'compositions')
    assert.equal(uids.length, uidsOf(stopped.items).length)
    const rest = await read(sandbox, { states: statesOf(stopped) })
    assert.deepEqual([...uids, ...uidsOf(rest.items)].sort(), everything(sandbox))
  })

  it('asks for what was chosen only: templates, EHRs, committed since', async () => {
    const { items } = await read(sandbox)
    const records = items.flatMap(item => ('record' in item ? [item.record] : []))
    const ehrs = [...new Set(records.map(record => String(record.ehr_id)))].slice(0, 3)
    const since = `${String(records.map(record => record.committed_at).sort()[1500]).slice(0, 19)}Z`
    const config = { templates: ['vital_signs.v1', 'medication.v1'], ehr_ids: ehrs, committed_since: since }
    const chosen = (record: JsonObject): boolean =>
      config.templates.includes(String(record.template_id)) &&
      ehrs.includes(String(record.ehr_id)) &&
      String(record.committed_at) >= since.replace('Z', '.000000Z')
    const expected = records.filter(chosen).map(record => record.version_uid)
    const reading = await read(sandbox, { config })
    assert.ok(expected.length > 0)
    assert.deepEqual(uidsOf(reading.items).sort(), expected.sort())
  })

  it('in full refresh ends with the mark of completeness, can be resumed before it, and reads nothing after it', async () => {
    const whole = await read(sandbox, { mode: 'full_refresh' })
    const last = statesOf(whole).get('compositions')
    assert.equal(last?.__ab_full_refresh_sync_complete, true)
    assert.deepEqual(uidsOf((await read(sandbox, { mode: 'full_refresh', states: statesOf(whole) })).items), [])
    const killed = await read(sandbox, { mode: 'full_refresh', items: 1200, config: SMALL })
    const rest = await read(sandbox, { mode: 'full_refresh', states: statesOf(killed), config: SMALL })
    assert.deepEqual([...settled(killed, 'compositions').uids, ...uidsOf(rest.items)].sort(), everything(sandbox))
  })

  it('keeps its state small', async () => {
    const { items } = await read(sandbox, { streams: ['compositions', VITALS] })
    for (const item of items) if ('state' in item) assert.ok(JSON.stringify(item.state).length < 50_000)
  })
})
