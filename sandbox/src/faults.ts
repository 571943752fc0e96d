/** What goes wrong with a request. Several at once are possible: slow, and then cut. */
export interface RequestFault {
  /** For how many requests. Default 1. */
  times?: number
  /** Only requests whose path below the base URL contains this, such as `/query/aql`. Default: all. */
  path?: string
  /** Answers only after so many milliseconds. */
  delayMs?: number
  /** Answers with this status instead of doing what was asked. */
  status?: number
  /** With `status`: the Retry-After header, in seconds or as a date. */
  retryAfter?: number | string
  /** Ends the answer after so many bytes of its body, counted on the wire: behind gzip. */
  cutAfter?: number
  /**
   * With `cutAfter`, what the headers said: the full `content-length`, or `chunked` (both break off), or `short`: the
   * frame is whole and only what it holds is not, as behind a proxy that cuts. Default `content-length`.
   */
  framing?: 'content-length' | 'chunked' | 'short'
}

export interface FaultSettings {
  /** The first that fits a request and is not used up is taken. */
  requests?: RequestFault[]
  /** Object ids of compositions that are committed, with their time, but not visible to anybody until they leave this list. */
  late?: string[]
  /** Object ids of compositions that cannot be served: a page that holds one whole answers 500. */
  poison?: string[]
  /** Queries that find more rows than `over` answer with `status`, or `never`. */
  tooManyRows?: { over: number; answer: number | 'never' }
  /** A Bearer token is good for so many requests; then 401 until the next login. */
  callsPerToken?: number
}

/** The switches of a running sandbox. `set` replaces them all; a test that sets some clears them in the end. */
export class Faults {
  private current: FaultSettings = {}
  private lateIds: ReadonlySet<string> = new Set()
  private poisonIds: ReadonlySet<string> = new Set()
  private pending: (RequestFault & { left: number })[] = []

  get settings(): FaultSettings {
    return this.current
  }

  get late(): ReadonlySet<string> {
    return this.lateIds
  }

  get poison(): ReadonlySet<string> {
    return this.poisonIds
  }

  set(settings: FaultSettings): void {
    this.current = settings
    this.lateIds = new Set(settings.late)
    this.poisonIds = new Set(settings.poison)
    this.pending = (settings.requests ?? []).map(fault => ({ ...fault, left: fault.times ?? 1 }))
  }

  clear(): void {
    this.set({})
  }

  /** The fault of the next request on this path; it is used up by asking. */
  take(path: string): RequestFault | undefined {
    const fault = this.pending.find(({ left, path: part = '' }) => left > 0 && path.includes(part))
    if (fault) fault.left--
    return fault
  }
}
