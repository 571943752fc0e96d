import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { AxiosInstance, AxiosResponse } from 'axios'
import { ConfigError, TimeoutError, TransientError } from '../errors.js'
import { ByteBuilder } from '../json/index.js'
import type { HttpRequest, HttpResponse } from './client.js'
import { connectionFailure } from './failure.js'

/** A request with its whole URL and all its headers, names in lower case. */
export interface Outgoing {
  readonly method: HttpRequest['method']
  readonly url: URL
  readonly json: HttpRequest['json']
  readonly form: HttpRequest['form'] | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly into: ByteBuilder | undefined
}

// Pages have megabytes: with Node's 16 kB each of them would cross to the thread pool hundreds of times, at three times the cost.
const PIECE = 2 ** 20

/**
 * Sends a request once and waits for the whole answer, of whatever status.
 * @throws TransientError, TimeoutError, ConfigError as HttpClient.send does, and the signal's reason when it aborts
 */
export const exchange = async (
  axios: AxiosInstance,
  { method, url, headers, json, form, into = new ByteBuilder() }: Outgoing,
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
    const content = contentOf(json, form)
    const answer = await axios.request<Readable>({
      method,
      url: url.href,
      headers: { ...content?.headers, ...headers },
      data: content?.data,
      signal: deadline.signal,
    })
    refuseRedirect(answer, url)
    const body = await whole(answer, server, into, deadline.signal)
    return { status: answer.status, headers: plainHeaders(answer), body }
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

const contentOf = (json: unknown, form: HttpRequest['form']) => {
  if (json !== undefined)
    return { headers: { 'content-type': 'application/json' }, data: Buffer.from(JSON.stringify(json)) }
  if (form !== undefined)
    return {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: Buffer.from(new URLSearchParams(form).toString()),
    }
  return undefined
}

const refuseRedirect = ({ status, headers, data }: AxiosResponse<Readable>, url: URL) => {
  const { location } = headers
  if (status < 300 || status > 399 || typeof location !== 'string') return
  data.destroy()
  // Of the address only the host: what follows may be the start of a login.
  const target = URL.canParse(location, url.href) ? new URL(location, url).origin : 'another address'
  throw new ConfigError(
    `${serverName(url)} sends requests on to ${target} (${status}). Set the URL to where the server really answers.`,
  )
}

/**
 * Collects the body. Node's zlib says when a gzip stream ends early; axios' own decompression takes it for complete.
 * @throws TransientError when it was cut short
 */
const whole = async (
  { data, headers }: AxiosResponse<Readable>,
  server: string,
  into: ByteBuilder,
  signal: AbortSignal,
): Promise<Buffer> => {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip') {
    data.destroy()
    throw new ConfigError(`${server} answered in an encoding that was not asked for. A proxy in between may cause it.`)
  }
  let received = 0
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      received += chunk.length
      yield chunk
    }
  }
  const collect = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) into.append(chunk, 0, chunk.length)
  }
  into.reset()
  try {
    if (encoding === 'gzip') await pipeline(data, counted, createGunzip({ chunkSize: PIECE }), collect, { signal })
    else await pipeline(data, counted, collect, { signal })
  } catch (cause) {
    // An answer without a body, such as 204, is no gzip stream at all.
    if (received === 0 && data.readableEnded) return into.view()
    const what = encoding === 'gzip' ? 'cut short or damaged' : 'cut short'
    throw new TransientError(`The answer of ${server} was ${what}.`, { cause })
  }
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== received)
    throw new TransientError(`The answer of ${server} was cut short.`)
  return into.view()
}

const plainHeaders = ({ headers }: AxiosResponse): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))

/** Host and port: all of a URL that may be said aloud. */
const serverName = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
