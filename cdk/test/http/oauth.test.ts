import assert from 'node:assert/strict'
import { parse } from 'node:querystring'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, it } from 'mocha'
import nock from 'nock'
import { ConfigError, TransientError } from '../../src/errors.js'
import { type Authorization, clientCredentials, type OAuthLogin, passwordGrant } from '../../src/http/index.js'
import { never } from './servers.js'

const silent = () => undefined
const path = '/realms/ehr/protocol/openid-connect/token'

/** A login server that answers the grants in turn, and what it was asked. */
const loginServer = (...answers: [status: number, body: object | string][]) => {
  const asked: { grant: Record<string, unknown>; authorization: string | undefined }[] = []
  for (const [status, body] of answers)
    nock('https://login.example.org')
      .post(path)
      .matchHeader('content-type', 'application/x-www-form-urlencoded')
      .reply(function (_, form) {
        asked.push({ grant: { ...parse(String(form)) }, authorization: this.req.headers.authorization })
        return [status, body]
      })
  return asked
}

const login = () => {
  const secrets: string[] = []
  const clock = { ms: 0 }
  const common: OAuthLogin = {
    tokenUrl: `https://login.example.org${path}`,
    clientId: 'sync',
    connection: {
      timeoutMs: 20_000,
      tries: 2,
      tls: { verify: true },
      log: { error: silent, warn: silent, info: silent, debug: silent },
      sleep: async () => undefined,
    },
    onSecret: value => secrets.push(value),
    now: () => clock.ms,
  }
  const credentials = (scope?: string) => clientCredentials({ ...common, clientSecret: 's e:cret', scope })
  const password = (clientSecret?: string) =>
    passwordGrant({ ...common, clientSecret, username: 'reader', password: 'hünter2' })
  return { credentials, password, secrets, clock }
}

const bearer = async (authorization: Authorization) => (await authorization.headers(never)).authorization

describe('A login by OAuth 2.0', () => {
  beforeEach(() => nock.disableNetConnect())
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), [])
    nock.cleanAll()
    nock.enableNetConnect()
  })

  it('gets a token with client credentials', async () => {
    const asked = loginServer([200, { access_token: 'one', token_type: 'Bearer', expires_in: 300 }])
    assert.equal(await bearer(login().credentials('openid ehr')), 'Bearer one')
    const authorization = `Basic ${Buffer.from('sync:s+e%3Acret').toString('base64')}`
    assert.deepEqual(asked, [{ grant: { grant_type: 'client_credentials', scope: 'openid ehr' }, authorization }])
  })

  it('gets a token with a username and a password, and names itself when it has no secret', async () => {
    const asked = loginServer([200, { access_token: 'one' }])
    assert.equal(await bearer(login().password()), 'Bearer one')
    const grant = { grant_type: 'password', username: 'reader', password: 'hünter2', client_id: 'sync' }
    assert.deepEqual(asked, [{ grant, authorization: undefined }])
  })

  it('uses a token until shortly before it expires', async () => {
    loginServer([200, { access_token: 'one', expires_in: 300 }], [200, { access_token: 'two', expires_in: 60 }])
    const { credentials, clock } = login()
    const authorization = credentials()
    assert.equal(await bearer(authorization), 'Bearer one')
    clock.ms = 269_999
    assert.equal(await bearer(authorization), 'Bearer one')
    clock.ms = 270_000
    assert.equal(await bearer(authorization), 'Bearer two')
    clock.ms = 270_000 + 47_999
    assert.equal(await bearer(authorization), 'Bearer two')
  })

  it('uses a token of unknown life until it is refused', async () => {
    loginServer([200, { access_token: 'one' }], [200, { access_token: 'two' }])
    const { credentials, clock } = login()
    const authorization = credentials()
    await bearer(authorization)
    clock.ms = Number.MAX_SAFE_INTEGER
    assert.equal(await bearer(authorization), 'Bearer one')
    assert.equal(await authorization.renew(never), true)
    assert.equal(await bearer(authorization), 'Bearer two')
  })

  it('renews by its refresh token, and by the whole login when that is refused', async () => {
    const asked = loginServer(
      [200, { access_token: 'one', refresh_token: 'first' }],
      [200, { access_token: 'two', refresh_token: 'second' }],
      [400, { error: 'invalid_grant' }],
      [200, { access_token: 'three' }],
    )
    const authorization = login().password('secret')
    await bearer(authorization)
    await authorization.renew(never)
    assert.equal(await bearer(authorization), 'Bearer two')
    await authorization.renew(never)
    assert.equal(await bearer(authorization), 'Bearer three')
    assert.deepEqual(
      asked.map(({ grant }) => grant.refresh_token ?? grant.grant_type),
      ['password', 'first', 'second', 'password'],
    )
  })

  it('logs in once for all that wait for it', async () => {
    loginServer([200, { access_token: 'one' }], [200, { access_token: 'two' }])
    const authorization = login().credentials()
    const headers = await Promise.all([bearer(authorization), bearer(authorization), bearer(authorization)])
    assert.deepEqual(headers, ['Bearer one', 'Bearer one', 'Bearer one'])
    await Promise.all([authorization.renew(never), authorization.renew(never)])
    assert.equal(await bearer(authorization), 'Bearer two')
  })

  it('logs in again for those that still wait when the one who began it gives up', async () => {
    nock('https://login.example.org').post(path).delay(10_000).reply(200, { access_token: 'late' })
    loginServer([200, { access_token: 'one' }])
    const authorization = login().credentials()
    const controller = new AbortController()
    const reason = new Error('enough')
    const first = assert.rejects(authorization.headers(controller.signal), error => error === reason)
    const second = bearer(authorization)
    await wait(20)
    controller.abort(reason)
    await first
    assert.equal(await second, 'Bearer one')
  })

  it('tells every token, so that it can be hidden', async () => {
    loginServer([200, { access_token: 'one', refresh_token: 'first' }])
    const { password, secrets } = login()
    await bearer(password())
    assert.deepEqual(secrets, ['one', 'first'])
  })

  const refusals: Record<string, [number, object | string, RegExp]> = {
    'a wrong client': [401, { error: 'invalid_client' }, /invalid_client.*client ID and the client secret/],
    'a wrong password': [400, { error: 'invalid_grant', error_description: 'hunter2' }, /username and the password/],
    'a wrong scope': [400, { error: 'invalid_scope' }, /scope/],
    'a wrong URL': [404, '<html>hunter2</html>', /404.*token URL/],
    'an error of its own making': [400, { error: 'hunter2' }, /400/],
    'what is no error at all': [400, { error: 'toString' }, /400/],
    'an answer without a token': [200, { id_token: 'hunter2' }, /without an access token/],
    'a web page': [200, '<html>hunter2</html>', /without an access token/],
  }
  for (const [what, [status, body, message]] of Object.entries(refusals))
    it(`is refused for ${what} with what to change, and without what the server said`, async () => {
      loginServer([status, body])
      await assert.rejects(bearer(login().credentials()), (error: Error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, /^The login server /)
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /hunter2/)
        return true
      })
    })

  it('fails for now when the login server is down', async () => {
    loginServer([503, ''], [503, ''])
    await assert.rejects(bearer(login().credentials()), (error: Error) => {
      assert.ok(error instanceof TransientError)
      assert.equal(error.message, 'The login server still answered 503 after several tries.')
      return true
    })
  })
})
