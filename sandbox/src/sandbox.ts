import { once } from 'node:events'
import { Faults } from './faults.js'
import { type Auth, gateOf } from './http/auth.js'
import { routes } from './http/routes.js'
import { base, sandboxServer } from './http/server.js'
import { type Instant, systemClock } from './instant.js'
import { Population } from './patients/population.js'
import { Requests } from './requests.js'
import { Store } from './store/store.js'

export interface SandboxOptions {
  /** Default: a free one. */
  port?: number
  /** The same seed gives the same patients. Default 1. */
  seed?: number
  /** How many compositions there are to begin with. Default 1,000. */
  compositions?: number
  /** How many EHRs they are in. Default: the population's own idea. */
  ehrs?: number
  /** Default: nobody has to log in. */
  auth?: Auth
  /** Lays compositions out as EHRbase 2.16 does; otherwise compact, as 2.31. Default false. */
  pretty?: boolean
  /** Compresses for clients that accept it; EHRbase does not unless told to. Default false. */
  gzip?: boolean
  /** The greatest LIMIT that a query may have. Default: any. */
  maxLimit?: number
  /** The middle part of version uids. */
  systemId?: string
  /** The server's clock, in microseconds since 1970. Default: the machine's. */
  now?: () => Instant
}

/** A running openEHR server, on 127.0.0.1. */
export interface Sandbox {
  /** The root of the REST API, without a slash at the end. */
  baseUrl: string
  /** The server itself; `/auth/token` and `/sandbox/…` lie below. */
  url: string
  port: number
  /** What was there before anybody wrote. */
  population: Population
  faults: Faults
  requests: Requests
  /** Resolves when the port is free again; open connections are cut. */
  stop(): Promise<void>
}

/** Starts an openEHR server in this process: REST and AQL as EHRbase has them, as far as the connectors go. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, seed = 1, compositions = 1000, ehrs, systemId, maxLimit, gzip = false } = options
  const { auth = { kind: 'none' }, pretty = false, now = systemClock() } = options
  const population = new Population({
    seed,
    compositions,
    ...(ehrs === undefined ? {} : { ehrs }),
    ...(systemId === undefined ? {} : { systemId }),
  })
  const faults = new Faults()
  const requests = new Requests()
  const store = new Store({ population, now, invisible: () => faults.late })
  let url = ''
  const server = sandboxServer({
    answer: routes({ store, faults, now, pretty, maxLimit, baseUrl: () => url + base }),
    gate: gateOf(auth, now, () => faults.settings.callsPerToken),
    faults,
    requests,
    gzip,
    now,
    ehrbaseVersion: pretty ? '2.16.0' : '2.31.0',
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  url = `http://127.0.0.1:${bound}`
  return {
    baseUrl: url + base,
    url,
    port: bound,
    population,
    faults,
    requests,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
