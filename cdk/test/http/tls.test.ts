import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { after, before, describe, it } from 'mocha'
import nock from 'nock'
import { ConfigError } from '../../src/errors.js'
import type { TlsOptions } from '../../src/http/index.js'
import { impatientClient, never, withServer, withTlsServer } from './servers.js'

const file = (name: string) => readFileSync(new URL(`../../../test/http/certificates/${name}`, import.meta.url), 'utf8')
const authority = file('authority.pem')
const key = file('server.key')
const client = { certificate: file('client.pem'), key: file('client.key') }
const certified = (name: string) => ({ cert: file(`${name}.pem`), key })
const asksForClient = { ...certified('server'), ca: authority, requestCert: true, rejectUnauthorized: true }

const answer: RequestListener = (_, response) => {
  response.end('yes')
}

const ask = async (baseUrl: string, tls: TlsOptions) => {
  const { client, waits } = impatientClient({ baseUrl, tls })
  try {
    return (await client.send({ method: 'GET', path: '/' }, never)).body.toString()
  } finally {
    assert.deepEqual(waits, [])
    client.close()
  }
}

const refuses = (asked: Promise<string>, message: RegExp) =>
  assert.rejects(asked, (error: Error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, message)
    return true
  })

describe('A TLS connection', () => {
  // Loaded by another test, it takes the place of Node's sockets.
  before(() => nock.restore())
  after(() => nock.activate())

  it('trusts an authority that the user trusts', () =>
    withTlsServer(certified('server'), answer, async port => {
      assert.equal(await ask(`https://localhost:${port}`, { verify: true, ca: authority }), 'yes')
    }))

  it('does not trust one that it does not know, and asks for its certificate', () =>
    withTlsServer(certified('server'), answer, port =>
      refuses(
        ask(`https://localhost:${port}`, { verify: true, ca: '' }),
        /^The certificate of localhost:\d+ .* Set the CA certificate/,
      ),
    ))

  it('does not trust a certificate that has expired', () =>
    withTlsServer(certified('expired'), answer, port =>
      refuses(ask(`https://localhost:${port}`, { verify: true, ca: authority }), /has expired/),
    ))

  it('does not trust a certificate of another host', () =>
    withTlsServer(certified('other-host'), answer, port =>
      refuses(ask(`https://localhost:${port}`, { verify: true, ca: authority }), /another host/),
    ))

  it('trusts any server when it is told to', () =>
    withTlsServer(certified('expired'), answer, async port => {
      assert.equal(await ask(`https://localhost:${port}`, { verify: false }), 'yes')
    }))

  it('shows a client certificate to a server that asks for one', () =>
    withTlsServer(asksForClient, answer, async port => {
      assert.equal(await ask(`https://localhost:${port}`, { verify: true, ca: authority, ...client }), 'yes')
    }))

  it('says that the server asks for a client certificate when there is none', () =>
    withTlsServer(asksForClient, answer, port =>
      refuses(
        ask(`https://localhost:${port}`, { verify: true, ca: authority }),
        /Set the client certificate and its key/,
      ),
    ))

  it('says so when the server speaks plain HTTP', () =>
    withServer(answer, port => refuses(ask(`https://127.0.0.1:${port}`, { verify: true }), /begin with http:/)))

  it('refuses certificates and keys that cannot be used before anything is sent', () => {
    const create = (tls: Partial<TlsOptions>) => () =>
      impatientClient({ baseUrl: 'https://ehr.example.org', tls: { verify: true, ...tls } })
    assert.throws(create({ ca: 'certificate.pem' }), ConfigError)
    assert.throws(create({ certificate: client.certificate }), ConfigError)
    assert.throws(create({ key: client.key }), ConfigError)
    assert.throws(create({ ...client, key }), ConfigError)
    assert.throws(create({ ...client, key: client.key.replace('PRIVATE', 'PUBLIC') }), ConfigError)
    assert.doesNotThrow(create(client))
  })
})
