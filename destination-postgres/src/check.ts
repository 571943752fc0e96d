import { ConfigError, type Context } from '@openehr-connectors/cdk'
import type { DestinationPostgresConfig } from '@openehr-connectors/spec'
import type { Client } from 'pg'
import { type Connections, openConnections } from './connect.js'
import { COPY_HEADER, COPY_TRAILER, CopyIn } from './copy.js'
import { createTable, dropTable, renameTable } from './ddl.js'
import { type Attempt, sorted } from './failures.js'
import { identifier, qualified, quoted } from './identifiers.js'
import { createIncoming, INCOMING } from './merge.js'
import { ensureSchema } from './tables.js'

const OLDEST = 140000

/** Things that are wrong whatever the user's rights are. */
const refuseServer = async (client: Client): Promise<void> => {
  const { rows } = await client.query<{ version: string; shown: string; standby: boolean; readonly: string }>(
    "SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS shown, " +
      "pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS readonly",
  )
  const [server] = rows
  if (Number(server?.version) < OLDEST) {
    throw new ConfigError(`The server is PostgreSQL ${server?.shown}. Use version 14 or later.`)
  }
  if (server?.standby) throw new ConfigError('The server is a standby and takes no writes. Use the primary.')
  if (server?.readonly === 'on') {
    throw new ConfigError(
      'Transactions are read-only for this user or database. Set default_transaction_read_only to off.',
    )
  }
}

/** An empty COPY: the way in which every row will come. */
const copyNothing = async (client: Client, table: string): Promise<void> => {
  const copy = new CopyIn(`COPY ${table} FROM STDIN (FORMAT binary)`)
  client.query(copy)
  await copy.started
  const header = Buffer.concat([Buffer.alloc(5), COPY_HEADER, COPY_TRAILER])
  header[0] = 0x64
  header.writeInt32BE(header.length - 1, 1)
  await copy.write(header)
  await copy.end()
}

/** What a sync does to the schema, each with the right that it needs. */
const steps = (config: DestinationPostgresConfig): readonly (Attempt & { run(client: Client): Promise<unknown> })[] => {
  const user = quoted(config.username)
  const database = quoted(config.database)
  const schema = identifier(config.schema)
  // Another check may run at the same moment.
  const name = { schema, table: `_airbyte_check_${process.pid}_${Date.now()}` }
  const renamed = { schema, table: `${name.table}_renamed` }
  const merge = { target: name, columns: [], key: [], cursor: undefined }
  return [
    {
      doing: `create the schema ${schema}`,
      grant: `GRANT CREATE ON DATABASE ${database} TO ${user}`,
      run: client => ensureSchema(client, schema),
    },
    {
      doing: `create a table in the schema ${schema}`,
      grant: `GRANT USAGE, CREATE ON SCHEMA ${quoted(schema)} TO ${user}`,
      run: client => client.query(createTable(name, [], [])),
    },
    {
      doing: `write to a table in the schema ${schema}`,
      grant: `ALTER DEFAULT PRIVILEGES IN SCHEMA ${quoted(schema)} GRANT ALL ON TABLES TO ${user}`,
      run: client => copyNothing(client, qualified(name)),
    },
    {
      doing: 'create a temporary table',
      grant: `GRANT TEMPORARY ON DATABASE ${database} TO ${user}`,
      run: async client => {
        await client.query(createIncoming(merge))
        await copyNothing(client, INCOMING)
      },
    },
    {
      doing: `rename a table in the schema ${schema}`,
      grant: `GRANT USAGE, CREATE ON SCHEMA ${quoted(schema)} TO ${user}`,
      run: client => client.query(renameTable(name, renamed.table)),
    },
    {
      doing: `drop a table in the schema ${schema}`,
      grant: `GRANT USAGE, CREATE ON SCHEMA ${quoted(schema)} TO ${user}`,
      run: client => client.query(dropTable(renamed)),
    },
  ]
}

const tryAll = async (connections: Connections, config: DestinationPostgresConfig, { signal }: Context) => {
  let attempt: Attempt = { doing: `connect to the database ${config.database}` }
  try {
    await connections.lend(async client => {
      await refuseServer(client)
      // All of it in one transaction that is rolled back: nothing can be left behind.
      await client.query('BEGIN')
      for (const step of steps(config)) {
        signal.throwIfAborted()
        attempt = step
        await step.run(client)
      }
      await client.query('ROLLBACK')
    })
  } catch (error) {
    throw sorted(error, attempt)
  }
}

/**
 * Proves that a sync would work, by doing what it does: connect, create, write, rename and drop.
 * @throws ConfigError that says what to change, the missing GRANT for one; TransientError when the server is down.
 */
export const check = async (config: DestinationPostgresConfig, context: Context): Promise<void> => {
  const connections = openConnections(config)
  try {
    await tryAll(connections, config, context)
  } finally {
    await connections.close()
  }
}
