import assert from 'node:assert/strict'
import { it } from 'mocha'
import { json } from '../../src/openehr.js'
import { aql } from './aql.js'
import type { World } from './world.js'

const from = 'FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c'

export function refusalRules(world: () => World): void {
  const ask = async (q: string, more = {}) => {
    const answer = await world().server.request('POST', '/query/aql', { body: { q, ...more } })
    return { status: answer.status, ...json<{ error: string; message: string }>(answer) }
  }

  const refused: Record<string, [aql: string, message: RegExp]> = {
    'a text that is no query': ['this is not AQL', /^Could not parse AQL query: /],
    'a query that ends too soon': ['SELECT c', /^Could not parse AQL query: /],
    'the value of a commit time in ORDER BY': [
      `SELECT v/uid/value AS u, v/commit_audit/time_committed/value AS t ${from} ORDER BY v/commit_audit/time_committed/value ASC LIMIT 1`,
      /^Not implemented: ORDER_BY: VERSION path v\/commit_audit\/time_committed\/value is not supported$/,
    ],
    'the value of a commit time in WHERE': [
      `SELECT v/uid/value AS u ${from} WHERE v/commit_audit/time_committed/value > '2020-01-01T00:00:00Z' LIMIT 1`,
      /^Not implemented: WHERE: VERSION path v\/commit_audit\/time_committed\/value is not supported$/,
    ],
    'every version instead of the latest': [
      `SELECT v/uid/value AS u ${from.replace('LATEST', 'ALL').replace('VERSION]', 'VERSIONS]')} LIMIT 1`,
      /^Not implemented: Only VERSION queries without predicate or on LATEST_VERSION supported$/,
    ],
  }
  for (const [what, [query, message]] of Object.entries(refused)) {
    it(`refuses ${what} with 400 and says why`, async () => {
      const answer = await ask(query)
      assert.deepEqual([answer.status, answer.error], [400, 'Bad Request'])
      assert.match(answer.message, message)
    })
  }

  it('refuses a version of another system as the operand of a comparison', async () => {
    const answer = await ask(
      aql({ where: ["v/uid/value > '00000000-0000-4000-8000-000000000000::elsewhere.example::1'"], by: 'id' }),
    )
    assert.deepEqual([answer.status, answer.error], [400, 'Bad Request'])
  })

  it('refuses a request without a query', async () => {
    const answer = await world().server.request('POST', '/query/aql', { body: {} })
    assert.equal(answer.status, 400)
  })

  it('refuses LIMIT together with fetch with 422', async () => {
    const answer = await ask(aql({ limit: 5 }), { fetch: 2 })
    assert.deepEqual([answer.status, answer.error], [422, 'Unprocessable Entity'])
  })
}
