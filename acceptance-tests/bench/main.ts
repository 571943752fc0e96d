// npm run bench -- [--only source,destination,end-to-end,memory,requests] [--server sandbox,ehrbase] [--compositions N] [--large N] [--times N]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Postgres, startPostgres } from '@openehr-connectors/sandbox'
import { loadGenerated, startEhrbase } from '../src/index.js'
import { FOLDER, SANDBOX } from './connectors.js'
import { benchDestination } from './destination.js'
import { benchEndToEnd } from './end-to-end.js'
import { measurePeaks, memoryFigures } from './memory.js'
import { context, type Figure, table } from './report.js'
import { countRequests } from './requests.js'
import { benchSource } from './source.js'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'source,destination,end-to-end,memory,requests' },
    server: { type: 'string', default: 'sandbox,ehrbase' },
    compositions: { type: 'string', default: '40000' },
    large: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '3' },
    /** An EHRbase that runs already and holds --compositions. */
    'ehrbase-url': { type: 'string' },
    /** A PostgreSQL to load into instead of an embedded one, which is built without lz4: postgres://user:password@host:port/database. */
    'postgres-url': { type: 'string' },
  },
})
const [rows, large, times] = [Number(options.compositions), Number(options.large), Number(options.times)]
const wanted = (part: string): boolean => options.only.split(',').includes(part)
const on = (server: string): boolean => options.server.split(',').includes(server)

interface Server {
  readonly url: string
  readonly baseUrl: string
  stop(): Promise<void>
}

async function sandbox(compositions: number): Promise<Server> {
  const [node = '', ...args] = SANDBOX
  const child = spawn(node, [...args, '--compositions', String(compositions)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const baseUrl = /http:\S+/.exec(String(line))?.[0] ?? ''
  return {
    baseUrl,
    url: new URL(baseUrl).origin,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function ehrbase(compositions: number): Promise<Server> {
  const given = options['ehrbase-url']
  if (given !== undefined) return { baseUrl: given, url: given, stop: async () => {} }
  const server = await startEhrbase()
  await loadGenerated(server.baseUrl, compositions)
  return { ...server, url: server.baseUrl }
}

function given(url: string): Postgres {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  return {
    url,
    host,
    port: Number(port),
    user,
    password,
    database: pathname.slice(1),
    dataDir: '',
    stop: async () => {},
  }
}

const figures: Figure[] = []
const add = (...some: Figure[]): void => {
  figures.push(...some)
  for (const { what, measured, ratios } of some)
    process.stderr.write(`${what}: ${measured} ${ratios.map(r => r.toFixed(2)).join(' ')}\n`)
}

const postgres =
  options['postgres-url'] === undefined ? await startPostgres({ persistent: true }) : given(options['postgres-url'])
try {
  for (const [name, start] of [
    ['sandbox', sandbox],
    ['EHRbase 2.16', ehrbase],
  ] as const) {
    if (!on(name === 'sandbox' ? 'sandbox' : 'ehrbase')) continue
    const server = await start(rows)
    try {
      if (wanted('source')) add(await benchSource(name, server.baseUrl, rows, times))
      if (wanted('end-to-end')) add(await benchEndToEnd(name, server.baseUrl, postgres, rows, times))
      if (name === 'sandbox' && wanted('destination'))
        add(...(await benchDestination(server.baseUrl, postgres, rows, times)))
      if (name === 'sandbox' && wanted('requests')) add(...(await countRequests(server.url, server.baseUrl, rows)))
    } finally {
      await server.stop()
    }
  }
  if (wanted('memory') && on('sandbox')) {
    const [small, great] = [await sandbox(10_000), await sandbox(large)]
    add(
      ...memoryFigures(
        await measurePeaks(small.baseUrl, postgres, 10_000),
        await measurePeaks(great.baseUrl, postgres, large),
      ),
    )
    await Promise.all([small.stop(), great.stop()])
  }
} finally {
  await postgres.stop()
  rmSync(FOLDER, { recursive: true, force: true })
}
process.stdout.write(`${context()}\n\n${table(figures)}\n`)
