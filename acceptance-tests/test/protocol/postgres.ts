import { type Postgres, startPostgres } from '@openehr-connectors/sandbox'
import type {
  AirbyteMessage,
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  JsonObject,
} from '@openehr-connectors/spec'
import { after, before } from 'mocha'
import pg from 'pg'
import { connectorCommand } from '../../src/connector-process.js'

export const command = connectorCommand('destination-postgres')

/** As for the source: every character that some encoding writes otherwise. */
export const password = 'l ad/e+r"%&=?>'

export interface Database {
  readonly postgres: Postgres
  sql<Row extends object>(text: string): Promise<Row[]>
  /** Logs in as a user that owns a schema, `landing`, and one that may do nothing. */
  config(more?: JsonObject): JsonObject
}

/** An embedded PostgreSQL while the tests of the surrounding block run. */
export function database(): () => Database {
  let running: Database | undefined
  let client: pg.Client | undefined
  before(async () => {
    const started = await startDatabase()
    running = started.database
    client = started.client
  })
  after(async () => {
    await client?.end()
    await running?.postgres.stop()
  })
  return () => {
    if (!running) throw new Error('The database does not run.')
    return running
  }
}

export async function startDatabase(): Promise<{ database: Database; client: pg.Client }> {
  const postgres = await startPostgres()
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  const secret = client.escapeLiteral(password)
  await client.query(`
    CREATE ROLE loader LOGIN PASSWORD ${secret};
    CREATE SCHEMA landing AUTHORIZATION loader;
    CREATE ROLE onlooker LOGIN PASSWORD ${secret}`)
  const { host, port } = postgres
  return {
    client,
    database: {
      postgres,
      sql: async <Row extends object>(text: string) => (await client.query<Row>(text)).rows,
      config: more => ({
        host,
        port,
        database: postgres.database,
        schema: 'landing',
        username: 'loader',
        password,
        ...more,
      }),
    },
  }
}

/** A stream of patients' names by id. */
export const names = (name: string, more: Partial<ConfiguredAirbyteStream> = {}): ConfiguredAirbyteStream => ({
  stream: {
    name,
    json_schema: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } },
    supported_sync_modes: ['full_refresh', 'incremental'],
    is_resumable: true,
    source_defined_cursor: true,
    default_cursor_field: ['id'],
    source_defined_primary_key: [['id']],
  },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
  ...more,
})

export const deduplicated: Partial<ConfiguredAirbyteStream> = {
  destination_sync_mode: 'append_dedup',
  primary_key: [['id']],
  cursor_field: ['id'],
}

export const catalogWith = (...streams: ConfiguredAirbyteStream[]): ConfiguredAirbyteCatalog => ({ streams })

export const record = (stream: string, id: number | null, name: string): AirbyteMessage => ({
  type: 'RECORD',
  record: { stream, emitted_at: 1_700_000_000_000, data: { id, name } },
})

export const state = (stream: string, stream_state: JsonObject): AirbyteMessage => ({
  type: 'STATE',
  state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state } },
})

export const status = (stream: string, status: 'COMPLETE' | 'INCOMPLETE'): AirbyteMessage => ({
  type: 'TRACE',
  trace: {
    type: 'STREAM_STATUS',
    emitted_at: 1_700_000_000_000,
    stream_status: { stream_descriptor: { name: stream }, status },
  },
})

/** Messages, or lines just so, as they come in on stdin. */
export const input = (...lines: readonly (AirbyteMessage | string)[]): string =>
  lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
