import { ByteBuilder, HttpStatusError, type Logger, TimeoutError, TransientError } from '@openehr-connectors/cdk'
import type { OpenEhr, QueryResult } from '../client.js'
import type { PageSize } from './page-size.js'

/** The next rows of a walk, whatever their number: with payloads, or the ids and times alone. */
export interface Ask {
  full(limit: number): string
  light(limit: number): string
}

export type Fetched =
  | (QueryResult & { readonly kind: 'rows' })
  /** One row, without payload: the server fails whenever it has to serve this one. */
  | (QueryResult & { readonly kind: 'unreadable' })

/** Tries of a page that could be smaller, of one that looks for the failing row, and of a row before it is called unreadable. */
const TRIES = { page: 2, search: 1, row: 3 }

/**
 * Fetches pages whose size adapts, and finds rows that the server cannot serve: a page that fails again and again is
 * halved until one row is left. One pager walks one keyset; the rows up to a failure are read before it.
 */
export class Pager {
  /** A failing row lies within this many of the next rows. */
  private suspects: number | undefined
  /** Pages are large: each is collected in the memory of the one before, which has been read by then. */
  private readonly body = new ByteBuilder()

  constructor(
    private readonly client: OpenEhr,
    private readonly size: PageSize,
    private readonly log: Logger,
  ) {}

  async next(ask: Ask, signal: AbortSignal): Promise<Fetched> {
    let patience: number | undefined = TRIES.page
    for (;;) {
      const limit = this.suspects === undefined ? this.size.limit : Math.max(1, Math.floor(this.suspects / 2))
      try {
        const tries = limit === 1 ? TRIES.row : this.suspects === undefined ? patience : TRIES.search
        return { kind: 'rows', ...(await this.client.query(ask.full(limit), signal, { tries, into: this.body })) }
      } catch (error) {
        signal.throwIfAborted()
        if (isRefusedAsTooLarge(error)) this.shrink(limit, error, limitNamedIn(error))
        else if (ranOutOfTime(error)) this.shrink(limit, error)
        else if (isServerFault(error)) {
          if (limit === 1) return await this.unreadable(ask, signal)
          this.suspects = limit
        } else if (patience !== undefined && isWorthWaiting(error)) patience = undefined
        else throw error
      }
    }
  }

  /** The server must still be able to give the row's ids and times, or it is simply down: then this throws. */
  private async unreadable(ask: Ask, signal: AbortSignal): Promise<Fetched> {
    const row = await this.client.query(ask.light(1), signal, { into: this.body })
    this.suspects = undefined
    return { kind: 'unreadable', ...row }
  }

  /** What a page of `rows` and `bytes` teaches about the next one's size. */
  learn(rows: number, bytes: number, maxLimit: number | undefined): void {
    if (maxLimit !== undefined) this.size.cap(maxLimit)
    if (this.suspects === undefined) {
      this.size.learn(rows, bytes)
      return
    }
    this.suspects = rows === 0 ? 0 : this.suspects - rows
    if (this.suspects > 0) return
    this.suspects = undefined
    // Every row could be read in smaller pages: it was the page's size that the server could not bear.
    this.size.halve()
  }

  private shrink(limit: number, error: unknown, named?: number): void {
    if (limit === 1) throw error
    if (named !== undefined && named < limit) this.size.cap(named)
    else this.size.halve()
    if (this.size.limit >= limit) this.size.cap(Math.floor(limit / 2))
    this.log.debug(`The server refused a page of ${limit} rows; the next one has ${this.size.limit}.`)
  }
}

const isRefusedAsTooLarge = (error: unknown): error is HttpStatusError =>
  error instanceof HttpStatusError && error.status === 422

const isServerFault = (error: unknown): boolean => error instanceof HttpStatusError && error.status === 500

const ranOutOfTime = (error: unknown): boolean =>
  error instanceof TimeoutError || (error instanceof HttpStatusError && error.status === 504)

/** A page gives up early, so that a smaller one is tried soon. Where size is not the cause, the full number of tries is due. */
const isWorthWaiting = (error: unknown): boolean => error instanceof TransientError || error instanceof HttpStatusError

/** EHRbase: "Query LIMIT 500 exceeds maximum limit 100". */
const limitNamedIn = (error: HttpStatusError): number | undefined => {
  const named = /maximum limit (\d+)/.exec(error.body.toString())?.[1]
  return named === undefined ? undefined : Number(named)
}
