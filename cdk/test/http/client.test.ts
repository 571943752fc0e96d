import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, it } from 'mocha'
import nock from 'nock'
import { ConfigError } from '../../src/errors.js'
import { type Authorization, basic, HttpStatusError } from '../../src/http/index.js'
import { impatientClient, never } from './servers.js'

const baseUrl = 'https://ehr.example.org/rest/openehr/v1'
const server = () => nock('https://ehr.example.org').defaultReplyHeaders({ 'content-type': 'application/json' })
const list = { method: 'GET', path: '/definition/template/adl1.4' } as const
const url = '/rest/openehr/v1/definition/template/adl1.4'
const statusOf = (error: unknown) => (error instanceof HttpStatusError ? error.status : error)

describe('An HTTP client', () => {
  beforeEach(() => nock.disableNetConnect())
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), [])
    nock.cleanAll()
    nock.enableNetConnect()
  })

  it('appends path and query to the base URL and asks for JSON, compressed', async () => {
    server()
      .get('/rest/openehr/v1/query/aql?q=SELECT%20a%2Fb%20%2B%20%27%C3%A9%27&fetch=2')
      .matchHeader('accept', 'application/json')
      .matchHeader('accept-encoding', 'gzip')
      .reply(200, '[]')
    const { client } = impatientClient({ baseUrl: `${baseUrl}/` })
    const query = { q: "SELECT a/b + 'é'", fetch: '2' }
    const { status, body } = await client.send({ method: 'GET', path: '/query/aql', query }, never)
    assert.deepEqual([status, body.toString()], [200, '[]'])
  })

  it('sends JSON, and headers of the request in place of its own', async () => {
    server()
      .post('/rest/openehr/v1/query/aql', { q: 'SELECT é' })
      .matchHeader('content-type', 'application/json')
      .matchHeader('accept', 'application/xml')
      .reply(201, '', { ETag: '"7"' })
    const { client } = impatientClient({ baseUrl })
    const request = {
      method: 'POST',
      path: '/query/aql',
      json: { q: 'SELECT é' },
      headers: { Accept: 'application/xml' },
    }
    const { status, headers } = await client.send({ ...request, method: 'POST' }, never)
    assert.deepEqual([status, headers.etag], [201, '"7"'])
  })

  it('gives the body as the server meant it, compressed or not', async () => {
    const text = JSON.stringify({ rows: Array.from({ length: 1000 }, (_, row) => ({ row })) })
    server().get(url).reply(200, gzipSync(text), { 'content-encoding': 'gzip' })
    server().get(url).reply(200, text)
    const { client } = impatientClient({ baseUrl })
    assert.equal((await client.send(list, never)).body.toString(), text)
    assert.equal((await client.send(list, never)).body.toString(), text)
  })

  for (const status of [408, 429, 500, 502, 503, 504])
    it(`tries again after ${status}, waiting up to twice as long each time`, async () => {
      server().get(url).times(2).reply(status, 'no')
      server().get(url).reply(200, 'yes')
      const { client, waits } = impatientClient({ baseUrl })
      assert.equal((await client.send(list, never)).body.toString(), 'yes')
      assert.deepEqual(waits, [500, 1000])
    })

  it('waits a random part of that time, and never more than 30 s', async () => {
    server().get(url).times(9).reply(503)
    server().get(url).reply(200)
    const { client, waits } = impatientClient({ baseUrl, tries: 10, random: () => 0.5 })
    await client.send(list, never)
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  })

  it('waits as long as Retry-After says, in seconds or as a date, but never more than 5 minutes', async () => {
    server().get(url).reply(429, '', { 'Retry-After': '7' })
    server().get(url).reply(503, '', { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' })
    server().get(url).reply(503, '', { 'Retry-After': 'Fri, 31 Dec 2199 23:59:59 GMT' })
    server().get(url).reply(503, '', { 'Retry-After': '3600' })
    server().get(url).reply(503, '', { 'Retry-After': 'soon' })
    server().get(url).reply(200)
    const { client, waits } = impatientClient({ baseUrl, tries: 6 })
    await client.send(list, never)
    assert.deepEqual(waits, [7000, 0, 300_000, 300_000, 8000])
  })

  it('gives up when its tries are used up, and says so while it has some left', async () => {
    server().get(url).times(3).reply(503, 'busy')
    const { client, warnings } = impatientClient({ baseUrl })
    await assert.rejects(client.send(list, never), (error: HttpStatusError) => {
      assert.deepEqual([error.status, error.body.toString()], [503, 'busy'])
      assert.equal(error.request, 'GET /definition/template/adl1.4')
      return true
    })
    assert.deepEqual(warnings, [
      'The server answered 503. Trying again in 0.5 s (try 2 of 3).',
      'The server answered 503. Trying again in 1.0 s (try 3 of 3).',
    ])
  })

  it('tries only as often as the request wants', async () => {
    server().get(url).reply(500)
    const { client, waits } = impatientClient({ baseUrl })
    await assert.rejects(client.send({ ...list, tries: 1 }, never), error => statusOf(error) === 500)
    assert.deepEqual(waits, [])
  })

  for (const status of [400, 401, 403, 404, 409, 412, 422])
    it(`does not try again after ${status}`, async () => {
      server().get(url).reply(status, 'no')
      const { client, waits } = impatientClient({ baseUrl, authorization: basic('reader', 'secret') })
      await assert.rejects(client.send(list, never), error => statusOf(error) === status)
      assert.deepEqual(waits, [])
    })

  it('logs in with a username and a password in UTF-8', async () => {
    server()
      .get(url)
      .matchHeader('authorization', `Basic ${Buffer.from('jörg:pass:wörd').toString('base64')}`)
      .reply(200)
    const { client } = impatientClient({ baseUrl, authorization: basic('jörg', 'pass:wörd') })
    await client.send(list, never)
  })

  const tickets = (): Authorization => {
    let number = 1
    return {
      headers: async () => ({ authorization: `Bearer ${number}` }),
      renew: async () => {
        number++
        return true
      },
    }
  }

  it('renews its login once after 401, without counting that as a try', async () => {
    server().get(url).matchHeader('authorization', 'Bearer 1').reply(401)
    server().get(url).matchHeader('authorization', 'Bearer 2').reply(200, 'yes')
    const { client, waits } = impatientClient({ baseUrl, tries: 1, authorization: tickets() })
    assert.equal((await client.send(list, never)).body.toString(), 'yes')
    assert.deepEqual(waits, [])
  })

  it('gives up when the renewed login is refused, too', async () => {
    server().get(url).matchHeader('authorization', 'Bearer 1').reply(401)
    server().get(url).matchHeader('authorization', 'Bearer 2').reply(401)
    const { client } = impatientClient({ baseUrl, authorization: tickets() })
    await assert.rejects(client.send(list, never), error => statusOf(error) === 401)
  })

  it('follows no redirect, so that no credentials go elsewhere, and names where the server really is', async () => {
    server().get(url).reply(302, '', { Location: 'https://login.example.org/sso?ticket=hunter2' })
    const elsewhere = nock('https://login.example.org').get(/./).reply(200)
    const { client } = impatientClient({ baseUrl, authorization: basic('reader', 'secret') })
    await assert.rejects(client.send(list, never), (error: ConfigError) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /https:\/\/login\.example\.org \(302\)/)
      assert.doesNotMatch(error.message, /hunter2/)
      return true
    })
    assert.equal(elsewhere.isDone(), false)
    nock.cleanAll()
  })

  it('refuses a base URL that is none', () => {
    for (const wrong of ['', 'ehr.example.org', 'ftp://ehr.example.org'])
      assert.throws(() => impatientClient({ baseUrl: wrong }), ConfigError)
  })
})
