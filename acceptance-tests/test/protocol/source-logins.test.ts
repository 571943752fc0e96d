import assert from 'node:assert/strict'
import { type Sandbox, startSandbox } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { after, before, describe, it } from 'mocha'
import { runConnector } from '../../src/connector-process.js'
import { catalogOf, configured, errorsOf, recordsOf } from '../../src/messages.js'
import { assertHides, assertProtocol } from './assertions.js'
import { command, login } from './openehr.js'

const client = { id: 'etl-client', secret: 'c!ient s/cret+%' }
const compositions = 1000

describe('source-openehr with an OAuth 2.0 login', function () {
  this.timeout(120_000)
  let sandbox: Sandbox

  before(async () => {
    sandbox = await startSandbox({
      compositions,
      maxLimit: 100,
      auth: { kind: 'bearer', clientId: client.id, clientSecret: client.secret, ...login },
    })
    // Fewer than a read has pages.
    sandbox.faults.set({ callsPerToken: 5 })
  })
  after(() => sandbox?.stop())

  const ways: Record<string, JsonObject> = {
    'client credentials': { method: 'oauth2_client_credentials' },
    'a password': { method: 'oauth2_password', ...login },
  }
  for (const [way, authentication] of Object.entries(ways)) {
    const config = (more: JsonObject = {}): JsonObject => ({
      base_url: sandbox.baseUrl,
      page_target_megabytes: 1,
      max_tries: 2,
      authentication: {
        ...authentication,
        token_url: `${sandbox.url}/auth/token`,
        client_id: client.id,
        client_secret: client.secret,
        ...more,
      },
    })
    const env = { LOG_LEVEL: 'TRACE' }

    it(`logs in by ${way}, and again whenever its token has expired in the midst of a read`, async () => {
      const { streams } = catalogOf((await runConnector(command, { verb: 'discover', config: config() })).messages)
      const catalog = { streams: streams.filter(({ name }) => name === 'compositions').map(one => configured(one)) }
      sandbox.requests.reset()
      const ended = await runConnector(command, { verb: 'read', config: config(), catalog, env })
      assertProtocol(ended)
      assert.deepEqual([ended.code, ended.stderr, errorsOf(ended.messages)], [0, '', []])
      assert.equal(new Set(recordsOf(ended.messages).map(({ data }) => data.version_uid)).size, compositions)
      const logins = sandbox.requests.byPath['POST /auth/token'] ?? 0
      assert.ok(logins > 1, `It has logged in ${logins} times.`)
      assertHides(ended, [client.secret, login.password])
    })

    it(`says what to change when the login by ${way} is refused, and shows no secret`, async () => {
      const wrong = config({ client_secret: 'quite/wr0ng secret+' })
      const ended = await runConnector(command, { verb: 'check', config: wrong, env })
      assertProtocol(ended)
      const [answer] = ended.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])
      assert.equal(answer?.status, 'FAILED')
      assert.match(answer.message ?? '', /client/i)
      assertHides(ended, ['quite/wr0ng secret+', login.password])
    })
  }
})
