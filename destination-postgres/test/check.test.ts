import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { DestinationPostgresConfig } from '@openehr-connectors/spec'
import { before, describe, it } from 'mocha'
import { tlsOptions } from '../src/connect.js'
import { postgresDestination } from '../src/index.js'
import { configFor, emptySchema, listening, sql } from './database.js'

const schema = 'checks'
const destination = postgresDestination(undefined)
const check = (config: DestinationPostgresConfig) => destination.check(config, listening())
const configured = async (changes: Partial<DestinationPostgresConfig>) => ({ ...(await configFor(schema)), ...changes })

const refused = async (changes: Partial<DestinationPostgresConfig>, message: RegExp, name = 'ConfigError') =>
  assert.rejects(check(await configured(changes)), { name, message })

describe('check', () => {
  before(async () => {
    await emptySchema(schema)
    await sql(`DROP SCHEMA IF EXISTS brandnew; DROP OWNED BY limited; DROP ROLE limited`).catch(() => {})
    await sql(`CREATE ROLE limited LOGIN PASSWORD 'limited'`)
  })
  const limited = { username: 'limited', password: 'limited' }

  it('succeeds where a sync would, and leaves nothing behind', async () => {
    await check(await configured({}))
    await check(await configured({ schema: 'brandnew' }))
    assert.deepEqual(await sql(`SELECT FROM pg_class WHERE relname LIKE '\\_airbyte\\_check%'`), [])
    assert.deepEqual(await sql(`SELECT FROM pg_namespace WHERE nspname = 'brandnew'`), [])
  })

  it('asks for the right host, port, database, username and password', async () => {
    await refused({ password: 'wrong' }, /refused the username or password/)
    await refused({ username: 'nobody' }, /refused the username or password/)
    await refused({ database: 'nowhere' }, /The database does not exist\. Check its name, or create it/)
    await refused(
      { host: 'no-such-host.invalid' },
      /The host name is not known|connection to the server was lost/,
      undefined,
    )
  })

  it('says that the server is down as what may pass', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await new Promise(resolve => server.close(resolve))
    await refused(
      { port },
      /Could not connect to the database .*: the connection to the server was lost or refused/,
      'TransientError',
    )
  })

  it('names the GRANT that is missing', async () => {
    await refused(
      { ...limited, schema: 'another' },
      /may not create the schema another\. Allow it: GRANT CREATE ON DATABASE "\w+" TO "limited";/,
    )
    await refused(
      limited,
      /may not create a table in the schema checks\. Allow it: GRANT USAGE, CREATE ON SCHEMA "checks" TO "limited";/,
    )
    await sql(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO limited`)
    const [{ name } = {}] = await sql<{ name: string }>('SELECT current_database() AS name')
    await sql(`REVOKE TEMPORARY ON DATABASE "${name}" FROM PUBLIC`)
    await refused(limited, /may not create a temporary table\. Allow it: GRANT TEMPORARY ON DATABASE/)
    await sql(`GRANT TEMPORARY ON DATABASE "${name}" TO limited`)
    await check(await configured(limited))
  })

  it('says so when nothing may be written', async () => {
    await sql('ALTER ROLE limited SET default_transaction_read_only = on')
    await refused(limited, /Transactions are read-only for this user or database/)
    await sql('ALTER ROLE limited RESET default_transaction_read_only')
  })

  it('says so when the server offers no TLS', () =>
    refused({ ssl: { mode: 'require' } }, /The server offers no TLS\. Set the TLS mode to disable/))
})

describe('TLS', () => {
  it('means what libpq means by its modes', () => {
    assert.equal(tlsOptions({ mode: 'disable' }), false)
    assert.deepEqual(tlsOptions({ mode: 'require' }), { rejectUnauthorized: false })
    const authority = tlsOptions({ mode: 'verify-ca', ca_certificate: 'CA', client_certificate: 'C', client_key: 'K' })
    assert.ok(authority && authority.checkServerIdentity !== undefined)
    assert.deepEqual(
      { ...authority, checkServerIdentity: undefined },
      { ca: 'CA', cert: 'C', key: 'K', checkServerIdentity: undefined },
    )
    assert.deepEqual(tlsOptions({ mode: 'verify-full', ca_certificate: 'CA' }), { ca: 'CA' })
    assert.deepEqual(tlsOptions({ mode: 'verify-full' }), {})
  })
})

describe('a configuration', () => {
  it('gets its defaults, and is not changed itself', () => {
    const given = { host: 'h', database: 'd', username: 'u' }
    const { port, schema: schemaName, ssl, connections } = destination.configure(given)
    assert.deepEqual(
      { port, schemaName, ssl, connections },
      { port: 5432, schemaName: 'public', ssl: { mode: 'disable' }, connections: 2 },
    )
    assert.deepEqual(given, { host: 'h', database: 'd', username: 'u' })
  })

  it('is refused with the field and never its value', () =>
    assert.throws(
      () => destination.configure({ host: 'h', database: 'd', username: 'u', port: 'SECRET' }),
      (error: Error) => {
        assert.equal(error.name, 'ConfigError')
        assert.match(error.message, /port/)
        assert.doesNotMatch(error.message, /SECRET/)
        return true
      },
    ))
})
