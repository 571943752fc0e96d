import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type Sandbox, startSandbox } from '../../src/sandbox.js'
import { ask, compositions, post } from '../ask.js'

describe('the query resource', () => {
  let sandbox: Sandbox
  const uids = `SELECT v/uid/value ${compositions} ORDER BY v/uid/value`
  before(async () => {
    sandbox = await startSandbox({ compositions: 40, maxLimit: 20, now: () => 1_700_000_000_120_000 })
  })
  after(() => sandbox.stop())

  const answer = async (body: object) => {
    const response = await post(sandbox, body)
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  it('answers with a result set: its clock, its limits, and the columns by alias or number', async () => {
    const { meta, columns, rows } = await ask(
      sandbox,
      `SELECT v/uid/value AS uid, c/name/value ${compositions} LIMIT 3`,
    )
    assert.deepEqual(meta, {
      _type: 'RESULTSET',
      _schema_version: '1.0.3',
      _created: '2023-11-14T22:13:20.12Z',
      fetch: 3,
      offset: 0,
      'max-limit': 20,
      resultsize: 3,
    })
    assert.deepEqual(columns, [
      { path: 'v/uid/value', name: 'uid' },
      { path: 'c/name/value', name: '#1' },
    ])
    assert.equal(rows.length, 3)
  })

  it('takes fetch and offset beside a query without LIMIT', async () => {
    const all = (await ask(sandbox, uids)).rows
    const { body } = await answer({ q: uids, fetch: 5, offset: 10 })
    assert.deepEqual(body.rows, all.slice(10, 15))
    const url = `${sandbox.baseUrl}/query/aql?${new URLSearchParams({ q: uids, fetch: '5', offset: '10' })}`
    assert.deepEqual(((await (await fetch(url)).json()) as { rows: unknown }).rows, all.slice(10, 15))
  })

  it('puts query parameters in, lists inside MATCHES too', async () => {
    const all = (await ask(sandbox, uids)).rows.map(([uid]) => String(uid))
    const [a = '', b = ''] = all.map(uid => uid.slice(0, 36))
    const q = `SELECT v/uid/value ${compositions} WHERE v/uid/value MATCHES {$some} AND v/uid/value != $other ORDER BY v/uid/value`
    const { body } = await answer({ q, query_parameters: { some: [a, b], other: b } })
    assert.deepEqual(body.rows, [[all[0]]])
  })

  const refusals: [string, object, number, string][] = [
    ['a LIMIT above the maximum', { q: `${uids} LIMIT 21` }, 422, 'Query LIMIT 21 exceeds maximum limit 20'],
    [
      'offset without fetch',
      { q: uids, offset: 1 },
      422,
      'Query parameter for offset provided, but no fetch parameter',
    ],
    [
      'fetch beside LIMIT',
      { q: `${uids} LIMIT 1`, fetch: 1 },
      422,
      'Query contains a LIMIT clause, fetch and offset parameters must not be used (with fetch precedence REJECT)',
    ],
    ['a fetch that is no number', { q: uids, fetch: 'x' }, 400, "invalid 'fetch' value 'x'"],
    ['a body without a query', {}, 400, 'No aql query provided'],
    [
      'a template compared by order',
      { q: `${uids.replace('ORDER', "WHERE c/archetype_details/template_id/value > 'a' ORDER")}` },
      400,
      "Not implemented: Conditions on 'archetype_details/template_id/value' only support =,!= and MATCHES",
    ],
  ]
  for (const [what, body, status, message] of refusals) {
    it(`answers ${status} to ${what}`, async () => {
      const error = status === 422 ? 'Unprocessable Entity' : 'Bad Request'
      assert.deepEqual(await answer(body), { status, body: { error, message } })
    })
  }

  it('shows compositions as the population has them, compact', async () => {
    const { population } = sandbox
    const uid = population.uidAt(3)
    const response = await post(sandbox, { q: `SELECT c ${compositions} WHERE v/uid/value = '${uid}'` })
    assert.ok((await response.text()).endsWith(`"rows":[[${population.text(3)}]]}`))
  })

  it('says in the status resource which EHRbase it resembles', async () => {
    const url = sandbox.baseUrl.replace('/openehr/v1', '/status')
    const response = await fetch(url, { headers: { accept: 'application/json' } })
    assert.deepEqual(await response.json(), { ehrbase_version: '2.31.0' })
    assert.match(await (await fetch(url)).text(), /^<\?xml.*<ehrbase_version>2\.31\.0</)
  })

  it('answers 404, 405 and 415 where there is nothing, nothing of the kind, or no JSON', async () => {
    const status = async (path: string, init: RequestInit) => (await fetch(`${sandbox.baseUrl}${path}`, init)).status
    assert.equal(await status('/nothing', {}), 404)
    assert.equal(await status('/query/aql', { method: 'DELETE' }), 405)
    assert.equal(await status('/query/aql', { method: 'POST', body: 'x' }), 415)
  })
})
