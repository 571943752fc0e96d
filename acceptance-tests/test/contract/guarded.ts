import assert from 'node:assert/strict'
import { it } from 'mocha'
import { json, openEhr } from '../../src/openehr.js'
import { aql } from './aql.js'
import type { ServerUnderTest } from './world.js'

/** What a server with Basic login and a greatest LIMIT of 100 does. */
export function guardedRules(server: () => ServerUnderTest): void {
  it('answers 401 to who does not log in or does so wrongly, and asks for Basic', async () => {
    const { baseUrl, login } = server()
    const wrong = { username: login?.username ?? '', password: 'not this one' }
    for (const client of [openEhr(baseUrl), openEhr(baseUrl, wrong)]) {
      const answer = await client.request('POST', '/query/aql', { body: { q: aql({}) } })
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
      const { timestamp, ...said } = json(answer)
      assert.ok(Number.isFinite(Date.parse(`${timestamp}`)))
      const path = `${new URL(baseUrl).pathname}/query/aql`
      assert.deepEqual(said, { status: 401, error: 'Unauthorized', path })
      assert.equal(answer.status, 401)
    }
  })

  it('refuses a LIMIT above its greatest with 422, and names that in the meta of what it answers', async () => {
    const { baseUrl, login } = server()
    const client = openEhr(baseUrl, login)
    const { meta } = await client.query(aql({ limit: 100 }))
    assert.equal(meta['max-limit'], 100)
    const answer = await client.request('POST', '/query/aql', { body: { q: aql({ limit: 101 }) } })
    assert.equal(answer.status, 422)
    assert.deepEqual(json(answer), {
      error: 'Unprocessable Entity',
      message: 'Query LIMIT 101 exceeds maximum limit 100',
    })
  })
}
