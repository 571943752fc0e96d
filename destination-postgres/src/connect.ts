import type { ConnectionOptions } from 'node:tls'
import type { DestinationPostgresConfig } from '@openehr-connectors/spec'
import { Client } from 'pg'

type Tls = DestinationPostgresConfig['ssl']

/**
 * TLS as libpq understands its modes. pg's own `sslmode` strings are not passed on: it treats `require` and
 * `verify-ca` as `verify-full`.
 */
export const tlsOptions = (tls: Tls): false | ConnectionOptions => {
  if (tls.mode === 'disable') return false
  const client = {
    ...(tls.client_certificate ? { cert: tls.client_certificate } : {}),
    ...(tls.client_key ? { key: tls.client_key } : {}),
  }
  switch (tls.mode) {
    case 'require':
      return { ...client, rejectUnauthorized: false }
    case 'verify-ca':
      return { ...client, ca: tls.ca_certificate, checkServerIdentity: () => undefined }
    case 'verify-full':
      return tls.ca_certificate ? { ...client, ca: tls.ca_certificate } : client
  }
}

const CONNECT_MILLIS = 30_000

/** An open connection, at the pace of the server. Rejects with what pg or Node say; see failures.ts. */
const connect = async (config: DestinationPostgresConfig): Promise<Client> => {
  const client = new Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.username,
    // pg looks for a password elsewhere (PGPASSWORD, .pgpass) when none is given.
    password: config.password ?? '',
    ssl: tlsOptions(config.ssl),
    connectionTimeoutMillis: CONNECT_MILLIS,
    keepAlive: true,
    application_name: 'destination-postgres',
  })
  // A connection may break while nobody waits for it. Without a listener that would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A bounded number of connections, made when they are needed and kept. */
export interface Connections {
  /** How many may be open at once. */
  readonly limit: number
  /** Waits for a connection and lends it. When `use` throws the connection is closed, and its transaction with it. */
  lend<T>(use: (client: Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export const openConnections = (config: DestinationPostgresConfig): Connections => {
  const idle = new Set<Client>()
  const waiting: (() => void)[] = []
  let lent = 0

  const take = async (): Promise<Client> => {
    const [kept] = idle
    if (kept !== undefined) {
      idle.delete(kept)
      return kept
    }
    const client = await connect(config)
    client.on('end', () => idle.delete(client))
    return client
  }

  return {
    limit: config.connections,
    async lend(use) {
      while (lent >= config.connections) await new Promise<void>(resolve => waiting.push(resolve))
      lent++
      try {
        const client = await take()
        try {
          const result = await use(client)
          idle.add(client)
          return result
        } catch (error) {
          client.end().catch(() => {})
          throw error
        }
      } finally {
        lent--
        waiting.shift()?.()
      }
    },
    async close() {
      await Promise.all([...idle].map(client => client.end()))
    },
  }
}
