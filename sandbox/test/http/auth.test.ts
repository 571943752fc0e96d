import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import type { Auth } from '../../src/http/auth.js'
import { type Sandbox, startSandbox } from '../../src/sandbox.js'
import { compositions, post } from '../ask.js'

const q = `SELECT COUNT(*) ${compositions}`

describe('logging in', () => {
  let sandbox: Sandbox
  let clock = 0
  const start = async (auth: Auth) => {
    clock = Date.UTC(2026, 0, 1) * 1000
    sandbox = await startSandbox({ compositions: 10, auth, now: () => clock })
  }
  afterEach(() => sandbox.stop())

  const query = (authorization?: string) => post(sandbox, { q }, authorization === undefined ? {} : { authorization })
  const login = async (form: Record<string, string>) => {
    const response = await fetch(`${sandbox.url}/auth/token`, { method: 'POST', body: new URLSearchParams(form) })
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

  it('by Basic lets in who knows the password, and answers others as Spring does', async () => {
    await start({ kind: 'basic', username: 'ann', password: 'pass:word' })
    assert.equal((await query(basic('ann:pass:word'))).status, 200)
    for (const credentials of [undefined, basic('ann:wrong'), 'Bearer x']) {
      const response = await query(credentials)
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), 'Basic realm="Realm"')
      assert.deepEqual(await response.json(), {
        timestamp: '2026-01-01T00:00:00.000+00:00',
        status: 401,
        error: 'Unauthorized',
        path: '/ehrbase/rest/openehr/v1/query/aql',
      })
    }
  })

  it('by client credentials gives a token that is good until it expires', async () => {
    await start({ kind: 'bearer', clientId: 'etl', clientSecret: 's3cret', expiresIn: 60 })
    const client = { grant_type: 'client_credentials', client_id: 'etl' }
    const { body } = await login({ ...client, client_secret: 's3cret' })
    assert.equal(body.expires_in, 60)
    assert.equal(body.refresh_token, undefined)
    const bearer = `Bearer ${body.access_token}`
    assert.equal((await query(bearer)).status, 200)
    clock += 60_000_000
    const late = await query(bearer)
    assert.equal(late.status, 401)
    assert.equal(late.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
    const wrong = await login({ ...client, client_secret: 'no' })
    assert.equal(wrong.status, 401)
    assert.equal(wrong.body.error, 'invalid_client')
  })

  it('by password gives a refresh token, good once and not for ever', async () => {
    await start({ kind: 'bearer', clientId: 'app', username: 'ann', password: 'p', refreshExpiresIn: 100 })
    const user = { grant_type: 'password', client_id: 'app', username: 'ann' }
    assert.equal((await login({ ...user, password: 'no' })).body.error, 'invalid_grant')
    const first = await login({ ...user, password: 'p' })
    assert.equal((await query(`Bearer ${first.body.access_token}`)).status, 200)
    const refresh = (token = '') => login({ grant_type: 'refresh_token', client_id: 'app', refresh_token: token })
    const second = await refresh(first.body.refresh_token)
    assert.equal((await query(`Bearer ${second.body.access_token}`)).status, 200)
    assert.equal((await refresh(first.body.refresh_token)).body.error, 'invalid_grant')
    clock += 100_000_000
    assert.equal((await refresh(second.body.refresh_token)).status, 400)
  })

  it('again is due after so many requests, when the switch says so', async () => {
    await start({ kind: 'bearer', clientId: 'etl', clientSecret: 's' })
    sandbox.faults.set({ callsPerToken: 2 })
    const token = async () =>
      `Bearer ${(await login({ grant_type: 'client_credentials', client_id: 'etl', client_secret: 's' })).body.access_token}`
    const bearer = await token()
    assert.deepEqual(
      [(await query(bearer)).status, (await query(bearer)).status, (await query(bearer)).status],
      [200, 200, 401],
    )
    assert.equal((await query(await token())).status, 200)
  })
})
