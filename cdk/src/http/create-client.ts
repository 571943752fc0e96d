import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios from 'axios'
import { ConfigError, TransientError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Authorization } from './authorization.js'
import { type HttpClient, type HttpRequest, type HttpResponse, HttpStatusError } from './client.js'
import { exchange } from './exchange.js'
import { backoffMs, isPassing, retryAfterMs, type Sleep, sleep } from './retry.js'
import { type TlsOptions, tlsAgentOptions } from './tls.js'

/** How a server is reached, whichever it is. */
export interface Connection {
  /** For one try: until the last byte of the answer is there. */
  readonly timeoutMs: number
  /** Tries in all for a request, the first included. */
  readonly tries: number
  readonly tls: TlsOptions
  readonly log: Logger
  /** Waits between tries. Replaced in tests. */
  readonly sleep?: Sleep
  /** At least 0 and less than 1, for the jitter of those waits. Replaced in tests. */
  readonly random?: () => number
}

export interface HttpClientOptions extends Connection {
  /** http or https; paths of requests are appended to it. */
  readonly baseUrl: string
  readonly authorization: Authorization
}

/**
 * A client that keeps connections open and asks for gzip. It honours the proxy variables of the environment.
 * @throws ConfigError for a base URL, certificate or key that cannot be used
 */
export const createHttpClient = (options: HttpClientOptions): HttpClient => {
  const { authorization, log, timeoutMs, random = Math.random, sleep: pause = sleep } = options
  const base = baseOf(options.baseUrl)
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true, ...tlsAgentOptions(options.tls) }),
  }
  const transport = axios.create({
    ...agents,
    responseType: 'stream',
    decompress: false,
    maxBodyLength: Number.POSITIVE_INFINITY,
    maxContentLength: Number.POSITIVE_INFINITY,
    // Following one could turn a POST into a GET and carry credentials elsewhere.
    maxRedirects: 0,
    validateStatus: () => true,
  })

  const once = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse | TransientError> => {
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      ...lowerCase(request.headers),
      ...(await authorization.headers(signal)),
    }
    const { method, json, form, into } = request
    const outgoing = { method, url: urlOf(base, request), headers, json, form, into }
    return await exchange(transport, outgoing, timeoutMs, signal).catch(transientOnly)
  }

  /** One try, and a second with a new login when the server refuses the old one. */
  const authorized = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse | TransientError> => {
    const outcome = await once(request, signal)
    const isRefused = !(outcome instanceof TransientError) && outcome.status === 401
    return isRefused && (await authorization.renew(signal)) ? await once(request, signal) : outcome
  }

  const send = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> => {
    const { tries = options.tries } = request
    for (let tried = 1; ; tried++) {
      const outcome = await authorized(request, signal)
      let wait = backoffMs(tried, random)
      let reason: string
      if (outcome instanceof TransientError) {
        if (tried >= tries) throw outcome
        reason = outcome.message
      } else {
        const { status, headers, body } = outcome
        if (status >= 200 && status < 300) return outcome
        if (!isPassing(status) || tried >= tries)
          throw new HttpStatusError(status, `${request.method} ${request.path}`, body)
        wait = retryAfterMs(headers['retry-after']) ?? wait
        reason = `The server answered ${status}.`
      }
      log.warn(`${reason} Trying again in ${(wait / 1000).toFixed(1)} s (try ${tried + 1} of ${tries}).`)
      await pause(wait, signal)
    }
  }

  return {
    send,
    close() {
      agents.httpAgent.destroy()
      agents.httpsAgent.destroy()
    },
  }
}

/** A failure that may pass is one outcome of a try; any other ends the request. */
const transientOnly = (error: unknown): TransientError => {
  if (error instanceof TransientError) return error
  throw error
}

const baseOf = (baseUrl: string): string => {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new ConfigError('The URL of the server is none that begins with https: or http:.')
  return baseUrl.replace(/\/+$/, '')
}

const urlOf = (base: string, { path, query = {} }: HttpRequest): URL => {
  const url = new URL(base + path)
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value)
  return url
}

const lowerCase = (headers: HttpRequest['headers'] = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
