import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Account } from './account.js'
import type { Binaries } from './binaries.js'

/** What a client needs to log in, besides host and port. */
export interface Credentials {
  user: string
  password: string
  database: string
}

/** The folder of the cluster inside the data folder; beside it lies what a second start must remember. */
const clusterOf = (dataDir: string) => join(dataDir, 'cluster')
const credentialsOf = (dataDir: string) => join(dataDir, 'credentials.json')

/** The credentials of a data folder that was initialised before, or undefined for a new one. */
export function storedCredentials(dataDir: string): Credentials | undefined {
  if (!existsSync(clusterOf(dataDir))) return undefined
  return JSON.parse(readFileSync(credentialsOf(dataDir), 'utf8')) as Credentials
}

/**
 * Makes a cluster with one superuser and one database. It appears under its name only when it is whole, so that a
 * process killed half-way leaves nothing that looks initialised.
 */
export function initialise(dataDir: string, binaries: Binaries, credentials: Credentials, account?: Account): void {
  const fresh = join(dataDir, 'cluster.new')
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  const passwordFile = join(fresh, '..', 'password')
  writeFileSync(passwordFile, `${credentials.password}\n`, { mode: 0o600 })
  if (account) for (const path of [fresh, passwordFile]) chownSync(path, account.uid, account.gid)
  const run = { ...account, cwd: dataDir, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const
  try {
    // The built-in provider knows Unicode without any locale being installed.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const login = [`--username=${credentials.user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    // No sync to disk here: what a crash leaves half-written is never renamed into place.
    succeeded('initdb', spawnSync(binaries.initdb, [`--pgdata=${fresh}`, ...login, ...locale, '--no-sync'], run))
    // Single-user mode needs neither a port nor a client library.
    const single = ['--single', '-D', fresh, 'postgres']
    const input = `CREATE DATABASE "${credentials.database.replaceAll('"', '""')}"\n`
    succeeded('CREATE DATABASE', spawnSync(binaries.postgres, single, { ...run, input }))
  } finally {
    rmSync(passwordFile, { force: true })
  }
  writeFileSync(credentialsOf(dataDir), JSON.stringify(credentials), { mode: 0o600 })
  renameSync(fresh, clusterOf(dataDir))
}

function succeeded(step: string, { status, error, stderr }: SpawnSyncReturns<string>): void {
  if (error) throw new Error(`PostgreSQL could not be initialised (${step}).`, { cause: error })
  if (status !== 0 || /\b(ERROR|FATAL|PANIC):/.test(stderr)) {
    throw new Error(`PostgreSQL could not be initialised (${step}, exit code ${status}): ${stderr.trim()}`)
  }
}

/**
 * Removes the lock file of a server that is gone. PostgreSQL does so itself, but only when no process at all has the
 * dead one's number now. A server that is still shutting down is waited for.
 *
 * @throws Error when a live server has the folder
 */
export async function releaseLock(dataDir: string): Promise<void> {
  const lock = join(clusterOf(dataDir), 'postmaster.pid')
  for (let waits = 0; existsSync(lock); waits++) {
    const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0])
    if (!commandOf(pid).includes(clusterOf(dataDir))) return rmSync(lock, { force: true })
    if (waits === 100) throw new Error(`A PostgreSQL server (process ${pid}) is already running on ${dataDir}.`)
    await setTimeout(100)
  }
}

function commandOf(pid: number): string {
  if (!(pid > 0)) return ''
  if (process.platform !== 'linux')
    return spawnSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' }).stdout
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
