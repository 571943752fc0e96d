import type { IncomingMessage } from 'node:http'
import { Refusal } from '../store/refusal.js'

/** A request, as the handlers see it. */
export interface Exchange {
  method: string
  /** Below the base URL, decoded per segment. */
  segments: readonly string[]
  query: URLSearchParams
  header(name: string): string | undefined
  /** @throws Refusal 413 when it is too big */
  body(): Promise<string>
}

const biggestBody = 64 * 1024 * 1024

export function exchangeOf(request: IncomingMessage, path: string, query: URLSearchParams): Exchange {
  return {
    method: request.method ?? 'GET',
    segments: path.split('/').filter(Boolean).map(decode),
    query,
    header(name) {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    async body() {
      const pieces: Buffer[] = []
      let size = 0
      for await (const piece of request as AsyncIterable<Buffer>) {
        size += piece.length
        if (size > biggestBody) throw new Refusal(413, 'The request is too large')
        pieces.push(piece)
      }
      return Buffer.concat(pieces).toString('utf8')
    },
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new Refusal(400, 'Malformed path')
  }
}

/** The media types of an Accept header that name something; `*` names nothing. */
export const accepts = (exchange: Exchange): string[] =>
  (exchange.header('accept') ?? '')
    .split(',')
    .map(type => type.split(';', 1)[0]?.trim().toLowerCase() ?? '')
    .filter(type => type !== '' && !type.startsWith('*'))
