import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Account } from './account.js'
import type { Binaries } from './binaries.js'

/**
 * The server runs as long as our end of its standard input is open: however this process ends, SIGKILL included, the
 * pipe closes and the database shuts down (and, if it was for once only, goes). It gets a session of its own, so that
 * Ctrl-C on a terminal reaches it after those who still write to it. A server that is only just starting does not hear
 * the signal yet: it is told until it is gone.
 */
const keeper = `
exec 3<&0
gone=$1; shift
"$@" </dev/null & server=$!
{ while read -r _; do :; done <&3; while kill -INT $server 2>/dev/null; do sleep 0.2; done; } & watch=$!
wait $server; code=$?
kill $watch 2>/dev/null
[ -z "$gone" ] || rm -rf -- "$gone"
exit $code`

export interface ServerOptions {
  dataDir: string
  binaries: Binaries
  account: Account | undefined
  /** undefined: any free one */
  port: number | undefined
  /** Durable, or as fast as it goes. */
  persistent: boolean
  /** A folder to remove when the server has ended. */
  gone: string | undefined
}

export interface Server {
  port: number
  stop(): Promise<void>
}

/** Starts the server on an initialised folder; resolves when it accepts connections. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort())
    const child = spawnServer(options, port)
    const log = await readyOrLog(child)
    if (log === undefined) return { port, stop: () => stop(child) }
    // Between our look for a free port and the server's bind another process may take it.
    const taken = log.includes('Address already in use') && options.port === undefined && tries < 5
    if (!taken) throw new Error(`PostgreSQL did not start: ${log}`)
  }
}

function spawnServer({ dataDir, binaries, account, persistent, gone }: ServerOptions, port: number): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(persistent ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = [binaries.postgres, '-D', join(dataDir, 'cluster'), '-p', `${port}`, ...flags]
  return spawn('/bin/sh', ['-c', keeper, 'sh', gone ?? '', ...server], {
    ...account,
    cwd: dataDir,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
}

/** Resolves with nothing once the server is ready, or with its last words when it ends before. */
async function readyOrLog(child: ChildProcess): Promise<string | undefined> {
  const { stdin, stderr } = child
  if (!(stdin instanceof Socket && stderr instanceof Socket)) throw new Error('The server has no pipes.')
  stdin.on('error', () => {})
  const words: string[] = []
  return new Promise((resolve, reject) => {
    createInterface({ input: stderr }).on('line', line => {
      words.push(line)
      if (words.length > 20) words.shift()
      if (!line.includes('database system is ready to accept connections')) return
      // From now on the database keeps no process alive that has nothing else to do.
      for (const handle of [child, stdin, stderr]) handle.unref()
      resolve(undefined)
    })
    child.once('error', reject)
    child.once('close', () => resolve(words.join('\n')))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const exit = once(child, 'exit')
  child.stdin?.end()
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
