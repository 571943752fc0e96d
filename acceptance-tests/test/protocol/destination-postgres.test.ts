import { destinationPostgresSpecification } from '@openehr-connectors/spec'
import { describe } from 'mocha'
import { connectionRules } from './connection-rules.js'
import { command, password, startDatabase } from './postgres.js'
import { type ConnectorUnderTest, standing } from './source-under-test.js'
import { specRules } from './spec-rules.js'

const subject: ConnectorUnderTest = {
  name: 'destination-postgres',
  command,
  specification: destinationPostgresSpecification,
  refusals: [
    {
      title: 'a server that is not there',
      change: config => ({ ...config, port: 1 }),
      says: /connect to the database/,
    },
    {
      title: 'a wrong password',
      change: config => ({ ...config, password: 'not the p/ssw+rd' }),
      says: /username or password/,
    },
    {
      title: 'a database that does not exist',
      change: config => ({ ...config, database: 'nowhere' }),
      says: /database does not exist/,
    },
    {
      title: 'a user without rights on the schema',
      change: config => ({ ...config, username: 'onlooker' }),
      says: /GRANT USAGE, CREATE ON SCHEMA "landing" TO "onlooker"/,
    },
    {
      title: 'a user who may not create the schema',
      change: config => ({ ...config, schema: 'elsewhere' }),
      says: /GRANT CREATE ON DATABASE .* TO "loader"/,
    },
    {
      title: 'TLS that the server does not offer',
      change: config => ({ ...config, ssl: { mode: 'require' } }),
      says: /TLS mode/,
    },
    { title: 'a config without a host', change: ({ host: _, ...config }) => config, says: /host is required/ },
  ],
  async start() {
    const { database, client } = await startDatabase()
    return {
      config: database.config(),
      secrets: [password, 'not the p/ssw+rd'],
      async stop() {
        await client.end()
        await database.postgres.stop()
      },
    }
  },
}

describe(`${subject.name} as a destination`, function () {
  this.timeout(120_000)
  const stands = standing(subject)
  describe('spec', () => specRules(subject, stands))
  describe('check', () => connectionRules(subject, stands))
})
