import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { RequestFault } from '../faults.js'
import type { Reply } from './reply.js'

/** Pieces are joined to this many characters before they go to the socket. */
const chunk = 128 * 1024

export interface SendOptions {
  gzip: boolean
  fault: RequestFault | undefined
}

/** Sends an answer as fast as the client takes it; resolves when it is handed over or the client is gone. */
export async function send(response: ServerResponse, reply: Reply, { gzip, fault }: SendOptions): Promise<void> {
  const { body = '' } = reply
  const plain = chunks(typeof body === 'string' ? [body] : body)
  response.statusCode = reply.status
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  if (gzip) response.setHeader('Content-Encoding', 'gzip')
  const pieces = gzip ? Readable.from(plain).pipe(createGzip({ level: 1 })) : plain
  if (fault?.cutAfter !== undefined) return cut(response, pieces, fault.cutAfter, fault.framing ?? 'content-length')
  if (typeof body === 'string' && !gzip) response.setHeader('Content-Length', Buffer.byteLength(body))
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

function* chunks(pieces: Iterable<string>): Generator<Buffer, void> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < chunk) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  await Promise.race(['drain', 'close'].map(event => once(response, event, { signal: done.signal }).catch(() => {})))
  done.abort()
}

async function cut(
  response: ServerResponse,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  after: number,
  framing: NonNullable<RequestFault['framing']>,
): Promise<void> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  const whole = Buffer.concat(all)
  const part = whole.subarray(0, after)
  if (framing === 'content-length') response.setHeader('Content-Length', whole.length)
  if (framing === 'short') {
    response.end(part)
    return
  }
  // Only what has really left may be followed by the hang-up, or the client would see nothing of it.
  await new Promise(resolve => response.write(part, resolve))
  response.socket?.destroySoon()
  response.destroy()
}
