import type { Context, IncomingRecord } from '@openehr-connectors/cdk'
import { startPostgres } from '@openehr-connectors/sandbox'
import type { ConfiguredAirbyteStream, DestinationPostgresConfig, JsonObject } from '@openehr-connectors/spec'
import { after } from 'mocha'
import { Client, type QueryResultRow } from 'pg'
import { postgresDestination } from '../src/index.js'

/** One real server for all tests of this room; each suite works in a schema of its own. */
let started: ReturnType<typeof startPostgres> | undefined
const server = () => {
  started ??= startPostgres()
  return started
}
after(async () => (await started)?.stop())

export const configFor = async (schema: string, connections = 2): Promise<DestinationPostgresConfig> => {
  const { host, port, database, user, password } = await server()
  const tuning = { connections, batch_megabytes: 16, batch_seconds: 60 }
  return { host, port, database, schema, username: user, password, ssl: { mode: 'disable' }, ...tuning }
}

export const connected = async <T>(use: (client: Client) => Promise<T>, login: Partial<{ user: string }> = {}) => {
  const { host, port, database, user, password } = await server()
  const client = new Client({ host, port, database, user, password, ...login })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** One statement, or several, on a connection of its own. */
export const sql = async <Row extends QueryResultRow = QueryResultRow>(text: string): Promise<Row[]> =>
  connected(async client => (await client.query<Row>(text)).rows)

/** An empty schema; what an earlier run of the suite left is gone. */
export const emptySchema = (schema: string) =>
  sql(`DROP SCHEMA IF EXISTS "${schema}" CASCADE; CREATE SCHEMA "${schema}"`)

/** A context that keeps what is logged. */
export const listening = (): Context & { readonly lines: string[] } => {
  const lines: string[] = []
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  const log = { error: at('ERROR'), warn: at('WARN'), info: at('INFO'), debug: at('DEBUG') }
  return { log, signal: new AbortController().signal, lines }
}

/** A record as the loop hands it over. `data` may be JSON text, to say exactly how it is spelled. */
export const record = (data: JsonObject | string, emittedAt = 1_700_000_000_000): IncomingRecord => ({
  data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
  emittedAt,
  changes: [],
})

type Configured = Partial<ConfiguredAirbyteStream>

/** A configured stream with the given properties, by JSON schema. */
export const stream = (name: string, properties: JsonObject, configured: Configured = {}): ConfiguredAirbyteStream => ({
  stream: { name, json_schema: { type: 'object', properties }, supported_sync_modes: ['full_refresh', 'incremental'] },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
  ...configured,
})

interface Attempt {
  readonly schema: string
  readonly jobId?: string
  readonly connections?: number
  /** What finish is told; undefined when the process dies before it comes to that. */
  readonly complete?: boolean
}

/** One sync of one stream, batch by batch. Returns what the writer said. */
export const syncOf = async (
  configured: ConfiguredAirbyteStream,
  batches: readonly (readonly IncomingRecord[])[],
  { schema, jobId, connections = 2, complete }: Attempt,
) => {
  const context = listening()
  const destination = postgresDestination(jobId)
  const sink = await destination.open(await configFor(schema, connections), context)
  try {
    const writer = await sink.writer(configured)
    for (const batch of batches) await writer.write(batch, context.signal)
    const inPlace = complete === undefined ? undefined : await writer.finish(complete)
    return { settles: writer.settles, inPlace, lines: context.lines }
  } finally {
    await sink.close()
  }
}
