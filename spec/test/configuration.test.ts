import assert from 'node:assert/strict'
import {
  type DestinationPostgresConfig,
  type SourceOpenehrConfig,
  validateDestinationPostgresConfig,
  validateSourceOpenehrConfig,
} from '@openehr-connectors/spec'
import { describe, it } from 'mocha'

const source = { base_url: 'https://ehr.example.org/rest/openehr/v1', authentication: { method: 'none' } }
const destination = { host: 'db.example.org', database: 'ehr', username: 'airbyte' }

describe('The configuration of source-openehr', () => {
  it('needs a base URL and an authentication only, and has a default for the rest', () => {
    const config = structuredClone(source)
    assert.deepEqual(validateSourceOpenehrConfig(config), [])
    const complete: SourceOpenehrConfig = {
      base_url: 'https://ehr.example.org/rest/openehr/v1',
      authentication: { method: 'none' },
      vendor: 'auto',
      templates: [],
      ehr_ids: [],
      tls: { verify: true },
      partitions: 4,
      lookback_seconds: 600,
      page_target_megabytes: 8,
      unreadable_compositions: 'null_record',
      request_timeout_seconds: 300,
      max_tries: 6,
    }
    assert.deepEqual(config, complete)
  })

  it('keeps what the user has set', () => {
    const config = { ...source, tls: { verify: false }, partitions: 1, committed_since: '2024-02-29T00:00:00Z' }
    assert.deepEqual(validateSourceOpenehrConfig(config), [])
    assert.deepEqual(config.tls, { verify: false })
    assert.equal(config.partitions, 1)
  })

  const logins: Record<string, [object, string[]]> = {
    basic: [{ username: 'reader', password: 'x' }, ['username', 'password']],
    oauth2_client_credentials: [
      { token_url: 'https://login.example.org/token', client_id: 'sync', client_secret: 'x' },
      ['token_url', 'client_id', 'client_secret'],
    ],
    oauth2_password: [
      { token_url: 'https://login.example.org/token', client_id: 'sync', username: 'reader', password: 'x' },
      ['token_url', 'client_id', 'username', 'password'],
    ],
  }
  for (const [method, [fields, required]] of Object.entries(logins))
    it(`takes ${method}, and names what is missing of it without a word about other methods`, () => {
      assert.deepEqual(validateSourceOpenehrConfig({ ...source, authentication: { method, ...fields } }), [])
      assert.deepEqual(
        validateSourceOpenehrConfig({ ...source, authentication: { method } }),
        required.map(field => ({ path: `/authentication/${field}`, message: 'is required' })),
      )
    })

  it('names the methods of authentication when none of them is chosen', () => {
    const problem = {
      path: '/authentication/method',
      message: 'must be one of none, basic, oauth2_client_credentials, oauth2_password',
    }
    assert.deepEqual(validateSourceOpenehrConfig({ ...source, authentication: {} }), [problem])
    assert.deepEqual(validateSourceOpenehrConfig({ ...source, authentication: { method: 'kerberos' } }), [problem])
  })

  it('tells what a field has to look like, and never what it holds', () => {
    const problems = validateSourceOpenehrConfig({
      ...source,
      base_url: 'https://joe:hunter2@ehr.example.org/rest',
      vendor: 'hunter2',
      ehr_ids: ['hunter2'],
      committed_since: 'hunter2',
      partitions: 1_234_567,
    })
    assert.deepEqual(problems, [
      { path: '/base_url', message: 'must be https://HOST/PATH, without user, query or fragment' },
      { path: '/vendor', message: 'must be one of auto, ehrbase, better, openehr' },
      { path: '/ehr_ids/0', message: 'must be a UUID' },
      { path: '/committed_since', message: 'must be YYYY-MM-DDTHH:mm:ssZ' },
      { path: '/partitions', message: 'must be <= 8' },
    ])
  })

  it('gives a field that is null its default', () => {
    const config = { ...source, vendor: null, tls: null }
    assert.deepEqual(validateSourceOpenehrConfig(config), [])
    assert.deepEqual([config.vendor, config.tls], ['auto', { verify: true }])
  })
})

describe('The configuration of destination-postgres', () => {
  it('needs a host, a database and a user only, and has a default for the rest', () => {
    const config = structuredClone(destination)
    assert.deepEqual(validateDestinationPostgresConfig(config), [])
    const complete: DestinationPostgresConfig = {
      host: 'db.example.org',
      port: 5432,
      database: 'ehr',
      schema: 'public',
      username: 'airbyte',
      ssl: { mode: 'disable' },
      connections: 2,
      batch_megabytes: 16,
      batch_seconds: 60,
    }
    assert.deepEqual(config, complete)
  })

  it('asks for a CA certificate where it is to be verified without the well-known ones', () => {
    const ssl = (mode: string) => validateDestinationPostgresConfig({ ...destination, ssl: { mode } })
    assert.deepEqual(ssl('require'), [])
    assert.deepEqual(ssl('verify-ca'), [{ path: '/ssl/ca_certificate', message: 'is required' }])
    assert.deepEqual(ssl('verify-full'), [])
    assert.deepEqual(ssl('prefer'), [
      { path: '/ssl/mode', message: 'must be one of disable, require, verify-ca, verify-full' },
    ])
  })

  it('refuses a port that is none', () => {
    assert.deepEqual(validateDestinationPostgresConfig({ ...destination, port: 65_536 }), [
      { path: '/port', message: 'must be <= 65535' },
    ])
    assert.deepEqual(validateDestinationPostgresConfig({ ...destination, port: '5432' }), [
      { path: '/port', message: 'must be of type integer' },
    ])
  })
})
