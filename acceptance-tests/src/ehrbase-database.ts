import type { Postgres } from '@openehr-connectors/sandbox'
import pg from 'pg'

const database = 'ehrbase'

/** EHRbase's two accounts; it logs in under these names and passwords unless told otherwise. */
const server = `
  CREATE ROLE ehrbase LOGIN PASSWORD 'ehrbase';
  CREATE ROLE ehrbase_restricted LOGIN PASSWORD 'ehrbase_restricted'`

const settings = `
  GRANT ALL PRIVILEGES ON DATABASE ${database} TO ehrbase, ehrbase_restricted;
  ALTER DATABASE ${database} SET search_path TO ext;
  ALTER DATABASE ${database} SET intervalstyle = 'iso_8601'`

/** What must be there before EHRbase's own migrations, which make the tables. */
const schemas = `
  REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  CREATE SCHEMA ehr AUTHORIZATION ehrbase;
  CREATE SCHEMA ext AUTHORIZATION ehrbase;
  GRANT USAGE ON SCHEMA ehr, ext TO ehrbase_restricted;
  ALTER DEFAULT PRIVILEGES FOR ROLE ehrbase IN SCHEMA ehr
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ehrbase_restricted;
  ALTER DEFAULT PRIVILEGES FOR ROLE ehrbase IN SCHEMA ehr GRANT SELECT ON SEQUENCES TO ehrbase_restricted;
  CREATE EXTENSION "uuid-ossp" SCHEMA ext;
  ALTER FUNCTION jsonb_path_query(jsonb, jsonpath, jsonb, boolean) ROWS 1`

/**
 * Makes the database of a new EHRbase in a new cluster.
 *
 * @returns its JDBC URL
 */
export async function prepareDatabase(postgres: Postgres): Promise<string> {
  await run(postgres, postgres.database, server)
  // CREATE DATABASE does not run inside a transaction, and several statements at once are one.
  await run(postgres, postgres.database, `CREATE DATABASE ${database} ENCODING 'UTF-8' LOCALE 'C' TEMPLATE template0`)
  await run(postgres, postgres.database, settings)
  await run(postgres, database, schemas)
  return `jdbc:postgresql://${postgres.host}:${postgres.port}/${database}`
}

async function run({ host, port, user, password }: Postgres, database: string, sql: string): Promise<void> {
  const client = new pg.Client({ host, port, user, password, database })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
