import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { FaultSettings, Faults } from '../faults.js'
import type { Instant } from '../instant.js'
import type { Requests } from '../requests.js'
import { Refusal } from '../store/refusal.js'
import type { Gate } from './auth.js'
import { accepts, type Exchange, exchangeOf } from './exchange.js'
import { json, type Reply, refusal, springError, unexpected } from './reply.js'
import { UnsupportedMediaType } from './routes.js'
import { send } from './send.js'

export const root = '/ehrbase/rest'
export const base = `${root}/openehr/v1`

export interface ServerOptions {
  answer: (exchange: Exchange) => Reply | 'never' | Promise<Reply | 'never'>
  gate: Gate
  faults: Faults
  requests: Requests
  gzip: boolean
  now: () => Instant
  /** What `/rest/status` says of itself. */
  ehrbaseVersion: string
}

/** The HTTP server: EHRbase's resources, a token endpoint, and below `/sandbox` the switches of the tests. */
export function sandboxServer(options: ServerOptions): Server {
  return createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    // A client that hangs up in the middle is its own business.
    response.on('error', () => {})
    handle(request, response, options).catch((error: unknown) => {
      process.stderr.write(`openehr-sandbox: ${error instanceof Error ? error.stack : error}\n`)
      response.destroy()
    })
  })
}

async function handle(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  const { faults, requests, now } = options
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  response.setHeader('Date', new Date(now() / 1000).toUTCString())
  if (pathname.startsWith('/sandbox/')) {
    const reply = await control(exchangeOf(request, pathname, searchParams), faults, requests)
    return send(response, reply, { gzip: false, fault: undefined })
  }
  const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname
  requests.count(request.method ?? 'GET', path)
  const fault = faults.take(path)
  if (fault?.delayMs && !(await waited(fault.delayMs, response))) return
  const reply = fault?.status
    ? failure(fault.status, fault.retryAfter)
    : await guarded(request, pathname, searchParams, options)
  // The client shall wait until it gives up.
  if (reply === 'never') return
  const gzip = options.gzip && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') && reply.body !== undefined
  await send(response, reply, { gzip, fault })
}

/** Resolves to false as soon as the client gives up. */
async function waited(ms: number, response: ServerResponse): Promise<boolean> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return setTimeout(ms, true, { signal: gone.signal }).catch(() => false)
}

const failure = (status: number, retryAfter: number | string | undefined): Reply => ({
  ...unexpected(status),
  headers: {
    'Content-Type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'Retry-After': `${retryAfter}` }),
  },
})

async function guarded(
  request: IncomingMessage,
  pathname: string,
  query: URLSearchParams,
  { gate, now, answer, ehrbaseVersion }: ServerOptions,
): Promise<Reply | 'never'> {
  try {
    const exchange = exchangeOf(request, pathname.startsWith(base) ? pathname.slice(base.length) : '', query)
    if (pathname === '/auth/token' && exchange.method === 'POST') return await gate.token(exchange)
    const refused = gate.refuse(exchange)
    if (refused) {
      const reply = refused.body ? springError(401, pathname, new Date(now() / 1000)) : { status: 401 }
      return { ...reply, headers: { ...reply.headers, 'WWW-Authenticate': refused.challenge } }
    }
    if (pathname === `${root}/status`) return status(exchange, ehrbaseVersion)
    if (!pathname.startsWith(`${base}/`)) return springError(404, pathname, new Date(now() / 1000))
    return await answer(exchange)
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.status, error.message)
    if (error instanceof UnsupportedMediaType) return springError(415, pathname, new Date(now() / 1000))
    process.stderr.write(`openehr-sandbox: ${error instanceof Error ? error.stack : error}\n`)
    return unexpected(500)
  }
}

function status(exchange: Exchange, version: string): Reply {
  if (accepts(exchange).some(type => type.endsWith('json'))) return json({ ehrbase_version: version })
  const body = `<?xml version='1.0' encoding='UTF-8'?><status><ehrbase_version>${version}</ehrbase_version></status>`
  return { status: 200, headers: { 'Content-Type': 'application/xml;charset=UTF-8' }, body }
}

async function control(exchange: Exchange, faults: Faults, requests: Requests): Promise<Reply> {
  switch (`${exchange.method} /${exchange.segments.join('/')}`) {
    case 'PUT /sandbox/faults':
      faults.set(JSON.parse(await exchange.body()) as FaultSettings)
      return { status: 204 }
    case 'GET /sandbox/faults':
      return json(faults.settings)
    case 'GET /sandbox/requests':
      return json({ total: requests.total, byPath: requests.byPath })
    case 'DELETE /sandbox/requests':
      requests.reset()
      return { status: 204 }
    default:
      return { status: 404 }
  }
}
