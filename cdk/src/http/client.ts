import type { ByteBuilder } from '../json/index.js'

/** A request relative to the client's base URL. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Appended to the base URL; starts with `/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as a form (application/x-www-form-urlencoded), as login servers want it. */
  readonly form?: Readonly<Record<string, string>>
  /** Tries in all for this request, the first included. Default: the client's. */
  readonly tries?: number
  /** Collects the body. The answer's `body` is then a view of it, borrowed until the builder is used again. */
  readonly into?: ByteBuilder
}

/** A complete 2xx answer. `body` is what the server meant: decompressed, never cut short. */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface HttpClient {
  /**
   * Sends the request again after a failed connection, a cut answer, a timeout, 408, 429 and 5xx, and once with a new
   * login after 401. When `signal` aborts it throws the signal's reason at once.
   * @throws HttpStatusError for an answer that is not 2xx once retries are used up;
   *   TransientError when the server could not be reached or its answer was cut, TimeoutError when it took too long;
   *   ConfigError for TLS and login problems, and for a redirect
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  /** Ends the connections. Nothing may be in flight. */
  close(): void
}

/** The server answered, but not with 2xx. Its body may hold patients' data: show it to nobody, test it only. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError'
  constructor(
    readonly status: number,
    /** The request, as method and path without query. */
    readonly request: string,
    readonly body: Buffer,
  ) {
    super(`The server answered ${status} to ${request}.`)
  }
}
