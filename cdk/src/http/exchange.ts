import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { AxiosInstance, AxiosResponse } from 'axios'
import { ConfigError, TimeoutError, TransientError } from '../errors.js'
import type { HttpRequest, HttpResponse } from './client.js'
import { connectionFailure } from './failure.js'

/** A request with its whole URL and all its headers, names in lower case. */
export interface Outgoing {
  readonly method: HttpRequest['method']
  readonly url: URL
  readonly json: HttpRequest['json']
  readonly form: HttpRequest['form'] | undefined
  readonly headers: Readonly<Record<string, string>>
}

const unzip = promisify(gunzip)
// Pages have megabytes: with Node's 16 kB each of them would cross to the thread pool hundreds of times, at three times the cost.
const CHUNK = 2 ** 20

/**
 * Sends a request once and waits for the whole answer, of whatever status.
 * @throws TransientError, TimeoutError, ConfigError as HttpClient.send does, and the signal's reason when it aborts
 */
export const exchange = async (
  axios: AxiosInstance,
  { method, url, headers, json, form }: Outgoing,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpResponse> => {
  signal.throwIfAborted()
  const server = serverName(url)
  // The deadline is for the whole answer: axios' own starts anew with every packet.
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  const abort = () => deadline.abort()
  signal.addEventListener('abort', abort)
  try {
    const content = body(json, form)
    const answer = await axios.request<Buffer>({
      method,
      url: url.href,
      headers: { ...content?.headers, ...headers },
      data: content?.data,
      signal: deadline.signal,
    })
    refuseRedirect(answer, url)
    return { status: answer.status, headers: plainHeaders(answer), body: await whole(answer, server) }
  } catch (error) {
    signal.throwIfAborted()
    if (deadline.signal.aborted) throw new TimeoutError(`${server} did not answer within ${timeoutMs / 1000} s.`)
    if (error instanceof ConfigError || error instanceof TransientError) throw error
    throw connectionFailure(error, server)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

const body = (json: unknown, form: HttpRequest['form']) => {
  if (json !== undefined)
    return { headers: { 'content-type': 'application/json' }, data: Buffer.from(JSON.stringify(json)) }
  if (form !== undefined)
    return {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: Buffer.from(new URLSearchParams(form).toString()),
    }
  return undefined
}

const refuseRedirect = ({ status, headers }: AxiosResponse, url: URL) => {
  const { location } = headers
  if (status < 300 || status > 399 || typeof location !== 'string') return
  // Of the address only the host: what follows may be the start of a login.
  const target = URL.canParse(location, url.href) ? new URL(location, url).origin : 'another address'
  throw new ConfigError(
    `${serverName(url)} sends requests on to ${target} (${status}). Set the URL to where the server really answers.`,
  )
}

/** Node's zlib says when a gzip stream ends early; axios' own decompression takes it for complete. */
const whole = async ({ data, headers }: AxiosResponse<Buffer>, server: string): Promise<Buffer> => {
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== data.length)
    throw new TransientError(`The answer of ${server} was cut short.`)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity' || data.length === 0) return data
  if (encoding !== 'gzip')
    throw new ConfigError(`${server} answered in an encoding that was not asked for. A proxy in between may cause it.`)
  try {
    return await unzip(data, { chunkSize: CHUNK })
  } catch (cause) {
    throw new TransientError(`The compressed answer of ${server} was cut short or damaged.`, { cause })
  }
}

const plainHeaders = ({ headers }: AxiosResponse): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))

/** Host and port: all of a URL that may be said aloud. */
const serverName = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
