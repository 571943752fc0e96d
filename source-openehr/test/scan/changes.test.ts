import assert from 'node:assert/strict'
import { ConfigError } from '@openehr-connectors/cdk'
import { type Sandbox, templates } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { everything, freshSandbox, read, statesOf, uidsOf } from '../reading.js'

const ask = async (
  sandbox: Sandbox,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  const answer = await fetch(`${sandbox.baseUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  })
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`)
  return (answer.headers.get('etag') ?? '').replaceAll('"', '')
}

const newest = ({ population }: Sandbox, back: number): string =>
  population.uidAt(population.byTime[population.size - 1 - back] ?? 0)

describe('an incremental sync', () => {
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await freshSandbox({ compositions: 400 })
  })
  afterEach(() => sandbox.stop())

  it('gives what was created and updated since the last one, and nothing else', async () => {
    const first = await read(sandbox)
    const record = first.items.flatMap(item => ('record' in item ? [item.record] : []))[0] as JsonObject
    const { uid: _, ...composition } = record.composition as JsonObject
    const path = `/ehr/${record.ehr_id}/composition`
    const created = await ask(sandbox, 'POST', path, composition)
    const updated = await ask(sandbox, 'PUT', `${path}/${record.composition_uid}`, composition, {
      'if-match': String(record.version_uid),
    })
    const second = await read(sandbox, { states: statesOf(first) })
    assert.deepEqual(uidsOf(second.items).sort(), [created, updated].sort())
    assert.match(updated, /::2$/)
    assert.deepEqual(uidsOf((await read(sandbox, { states: statesOf(second) })).items), [])
  })

  it('finds a commit that became visible behind the cursor, and emits nothing twice', async () => {
    const late = [newest(sandbox, 0), newest(sandbox, 2)]
    sandbox.faults.set({ late })
    const first = await read(sandbox)
    assert.equal(uidsOf(first.items).length, 398)
    sandbox.faults.clear()
    const second = await read(sandbox, { states: statesOf(first) })
    const found = uidsOf(second.items).map(uid => uid.split('::')[0])
    // The third newest may lie before the window: what must be found is what the window holds.
    assert.ok(found.includes(late[0]))
    assert.ok(found.every(uid => late.includes(String(uid))))
    assert.deepEqual(uidsOf((await read(sandbox, { states: statesOf(second) })).items), [])
  })

  it('finds late commits for each stream that lacks them, whatever the other streams have seen', async () => {
    const late = newest(sandbox, 0)
    const { population } = sandbox
    const template = templates[population.templateAt(population.byTime[population.size - 1] ?? 0)]?.templateId ?? ''
    const stream = `composition_${template.replaceAll('.', '_')}`
    sandbox.faults.set({ late: [late] })
    const blind = await read(sandbox, { streams: ['compositions', stream] })
    sandbox.faults.clear()
    const seeing = await read(sandbox, { streams: ['compositions'], states: statesOf(blind) })
    const both = await read(sandbox, {
      streams: ['compositions', stream],
      states: new Map([...statesOf(blind), ...statesOf(seeing)]),
    })
    assert.deepEqual(
      both.items.flatMap(item => ('record' in item ? [[item.stream, item.record.composition_uid]] : [])),
      [[stream, late]],
    )
  })

  it('reads what a broken window cannot vouch for once more rather than lose it', async () => {
    const first = await read(sandbox)
    const state = statesOf(first).get('compositions') as JsonObject
    const forgetful = { ...state, seen: { from: 0, counts: [], hashes: '' } }
    const second = await read(sandbox, { states: new Map([['compositions', forgetful]]) })
    assert.ok(uidsOf(second.items).length > 0)
    assert.ok(uidsOf(second.items).every(uid => everything(sandbox).includes(uid)))
  })

  it('from a cursor in the far future gives no records', async () => {
    const state = statesOf(await read(sandbox)).get('compositions') as JsonObject
    const absurd = { ...state, cursor: { committed_at: '2999-01-01T00:00:00.000000Z', uid: '' } }
    const reading = await read(sandbox, { states: new Map([['compositions', absurd]]) })
    assert.deepEqual(uidsOf(reading.items), [])
    assert.ok(statesOf(reading).has('compositions'))
  })

  it('refuses the state of another server, of another template, of a newer version, and what is no state', async () => {
    const state = statesOf(await read(sandbox)).get('compositions') as JsonObject
    const server = state.server as JsonObject
    for (const [broken, why] of [
      [{ ...state, server: { ...server, base_url: 'http://elsewhere/rest' } }, /another base_url/],
      [{ ...state, server: { ...server, system_id: 'elsewhere' } }, /system id/],
      [{ ...state, template_id: 'other' }, /another template/],
      [{ ...state, version: 99 }, /newer version/],
      [{ cursor: 3 }, /not one of this connector/],
      [{ ...state, cursor: { committed_at: 'soon' } }, /time that is none/],
    ] as const)
      await assert.rejects(read(sandbox, { states: new Map([['compositions', broken]]) }), (error: Error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, why)
        return true
      })
  })

  it('reads from the start when the filters have changed, and says so', async () => {
    const first = await read(sandbox, { config: { templates: ['vital_signs.v1'] } })
    const second = await read(sandbox, { states: statesOf(first) })
    assert.deepEqual(uidsOf(second.items).sort(), everything(sandbox))
    assert.match(second.warnings.join(), /from the start/)
  })

  it('of EHRs and their statuses gives each once', async () => {
    const first = await read(sandbox, { streams: ['ehrs', 'ehr_statuses'] })
    for (const stream of ['ehrs', 'ehr_statuses']) {
      const ids = first.items.flatMap(item => ('record' in item && item.stream === stream ? [item.record.ehr_id] : []))
      assert.equal(new Set(ids).size, sandbox.population.ehrs)
      assert.equal(ids.length, sandbox.population.ehrs)
    }
    const second = await read(sandbox, { streams: ['ehrs', 'ehr_statuses'], states: statesOf(first) })
    assert.deepEqual(
      second.items.filter(item => 'record' in item),
      [],
    )
  })
})
