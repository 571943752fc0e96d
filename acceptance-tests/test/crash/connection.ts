import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Postgres,
  type RequestFault,
  type Sandbox,
  type SandboxOptions,
  startPostgres,
  startSandbox,
} from '@openehr-connectors/sandbox'
import { type Selection, type Summary, type SyncOptions, sync } from '@openehr-connectors/sync'
import { after, before } from 'mocha'
import pg from 'pg'
import { connectorCommand, fastClock } from '../../src/connector-process.js'

/** Every page takes at least so long. */
export const slowPages = (delayMs: number): RequestFault => ({ path: '/query/aql', delayMs, times: 1_000_000 })

export type Role = 'source' | 'destination'

/** A sandbox, a PostgreSQL and the connection between them, whose connectors' processes can be found. */
export interface Connection {
  readonly sandbox: Sandbox
  sync(streams: Selection, options?: Partial<SyncOptions>): Promise<Summary>
  /** Of the connector that moves records now, or did when the last sync ended. */
  pidOf(role: Role): number | undefined
  forgetPids(): void
  /** The tables lie in the schema `landed`, where statements look for them. */
  sql<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]>
}

/**
 * A connection that stands while the tests of the surrounding block run.
 *
 * @param pageMs how long the server takes for a page at least, so that there is a time in which to kill
 */
export function connection(pageMs: number, options: SandboxOptions): () => Connection {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'))
  let sandbox: Sandbox | undefined
  let postgres: Postgres | undefined
  let client: pg.Client | undefined
  before(async () => {
    sandbox = await startSandbox(options)
    sandbox.faults.set({ requests: [slowPages(pageMs)] })
    postgres = await startPostgres()
    client = new pg.Client({ connectionString: postgres.url, options: '-c search_path=landed' })
    await client.connect()
  })
  after(async () => {
    await client?.end()
    await postgres?.stop()
    await sandbox?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    if (!sandbox || !postgres || !client) throw new Error('The connection does not stand.')
    return connect(folder, sandbox, postgres, client)
  }
}

function connect(folder: string, sandbox: Sandbox, postgres: Postgres, client: pg.Client): Connection {
  const pidFile = (role: Role) => join(folder, `${role}.pid`)
  const command = (role: Role, room: Parameters<typeof connectorCommand>[0], ...preloads: URL[]) => {
    const note = new URL('note-pid.js', import.meta.url)
    note.searchParams.set('file', pidFile(role))
    return connectorCommand(room, note, ...preloads)
  }
  const { host, port, database, user, password } = postgres
  return {
    sandbox,
    sync: (streams, options) =>
      sync({
        source: {
          // A state behind every page: there are many places to go on from.
          command: command('source', 'source-openehr', fastClock),
          config: { base_url: sandbox.baseUrl, authentication: { method: 'none' }, page_target_megabytes: 1 },
        },
        destination: {
          command: command('destination', 'destination-postgres'),
          config: {
            ...{ host, port, database, username: user, password, schema: 'landed' },
            ...{ batch_megabytes: 1, batch_seconds: 1 },
          },
        },
        streams,
        stateFile: join(folder, 'state.json'),
        ...options,
      }),
    pidOf(role) {
      try {
        return Number(readFileSync(pidFile(role), 'utf8')) || undefined
      } catch {
        return undefined
      }
    },
    forgetPids() {
      for (const role of ['source', 'destination'] as const) rmSync(pidFile(role), { force: true })
    },
    sql: async <Row extends object>(text: string, ...values: unknown[]) => (await client.query<Row>(text, values)).rows,
  }
}
