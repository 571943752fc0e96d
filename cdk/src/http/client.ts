/** A request relative to the client's base URL. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Appended to the base URL; starts with `/`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Tries in all for this request, the first included. Default: the client's. */
  readonly tries?: number
}

/** A complete 2xx answer. `body` is what the server meant: decompressed, never cut short. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface HttpClient {
  /**
   * @throws HttpStatusError for an answer that is not 2xx once retries are used up;
   *   TransientError when the server could not be reached or its answer was cut; ConfigError for TLS and login problems.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  close(): void
}

/** The server answered, but not with 2xx. Its message may hold patients' data: show it to nobody, test it only. */
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
