import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startPostgres } from '@openehr-connectors/sandbox'
import { prepareDatabase } from './ehrbase-database.js'
import { ehrbaseCache, ehrbaseJar } from './ehrbase-jar.js'
import { findJdk } from './java.js'

export interface EhrbaseOptions {
  /** Default: none, anybody may do anything. */
  auth?: 'none' | 'basic'
  /** The greatest LIMIT of a query. Default: any. */
  maxLimit?: number
  /** The last part but one of each version's uid. Default: `ehrbase.example`. */
  systemId?: string
  /** Default: a free one. */
  port?: number
}

/** A running EHRbase with an empty database, on 127.0.0.1. */
export interface Ehrbase {
  /** The root of its openEHR REST API, without a slash at the end. */
  baseUrl: string
  systemId: string
  /** With `auth: 'basic'`. */
  login?: { username: string; password: string }
  pid: number
  logFile: string
  /** Ends the server and its database, and throws its data away. */
  stop(): Promise<void>
}

/** The user that EHRbase knows unless it is told another. */
const defaultLogin = { username: 'ehrbase-user', password: 'SuperSecretPassword' }

/**
 * Starts a real EHRbase on an embedded PostgreSQL: in about 15 seconds, the first time (which fetches and builds it) in
 * about a minute and a half. Its log is kept below `.cache/`. However this process ends, the server ends with it.
 *
 * @throws Error that says what is missing when there is no JDK or Maven, or names the log when the server does not start
 */
export async function startEhrbase(options: EhrbaseOptions = {}): Promise<Ehrbase> {
  const jdk = findJdk()
  const jar = await ehrbaseJar()
  const postgres = await startPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'ehrbase-'))
  try {
    const { auth = 'none', maxLimit, systemId = 'ehrbase.example', port = await freePort() } = options
    const environment = {
      SPRING_DATASOURCE_URL: await prepareDatabase(postgres),
      SERVER_ADDRESS: '127.0.0.1',
      SERVER_PORT: `${port}`,
      SERVER_NODENAME: systemId,
      SECURITY_AUTHTYPE: auth.toUpperCase(),
      ...(maxLimit === undefined ? {} : { EHRBASE_REST_AQL_MAXLIMIT: `${maxLimit}` }),
    }
    const logFile = join(ehrbaseCache('logs'), `${new Date().toISOString().replaceAll(':', '')}-${port}.log`)
    const child = launch(join(jdk, 'bin', 'java'), jar, folder, environment, logFile)
    const stop = async () => {
      await kill(child)
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    const root = `http://127.0.0.1:${port}/ehrbase/rest`
    const login = auth === 'basic' ? defaultLogin : undefined
    try {
      await ready(`${root}/status`, child, login)
    } catch (cause) {
      await kill(child)
      throw new Error(`EHRbase did not start; its log is ${logFile}.`, { cause })
    }
    const baseUrl = `${root}/openehr/v1`
    return { baseUrl, systemId, ...(login && { login }), pid: child.pid ?? 0, logFile, stop }
  } catch (error) {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function launch(java: string, jar: string, folder: string, environment: NodeJS.ProcessEnv, logFile: string) {
  const log = openSync(logFile, 'w')
  try {
    // Bounded: the tests share the machine with two connectors and two databases.
    const child = spawn(java, ['-Xmx1g', `-Djava.io.tmpdir=${folder}`, '-jar', jar], {
      cwd: folder,
      // Not ours: a SPRING_… variable of somebody's shell would change the server under test.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...environment },
      // The pipe is never written to: the launcher ends when it closes.
      stdio: ['pipe', log, log],
    })
    child.stdin?.on('error', () => {})
    return child
  } finally {
    closeSync(log)
  }
}

async function ready(url: string, child: ChildProcess, login: Ehrbase['login']): Promise<void> {
  const deadline = Date.now() + 180_000
  const headers = login ? { authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` } : {}
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The process ended.')
    const answer = await fetch(url, { headers }).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await setTimeout(200)
  }
  throw new Error('It was not ready after three minutes.')
}

/** At once: its database goes with it, so there is nothing to save. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
