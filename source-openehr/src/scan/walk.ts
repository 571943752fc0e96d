import type { Logger } from '@openehr-connectors/cdk'
import type { Position } from '../aql.js'
import type { OpenEhr } from '../client.js'
import { type Instant, parseInstant } from '../instant.js'
import { type Page, PageReader, type Row } from '../page.js'
import type { Kind } from './kind.js'
import { type PageLimits, PageSize } from './page-size.js'
import { type Ask, type Fetched, Pager } from './pager.js'
import type { Version } from './progress.js'

/** A row with its place in the keyset. */
export interface ScannedRow extends Version {
  readonly row: Row
}

export interface Step {
  readonly page: Page
  /** The rows in their order, each made when it is asked for. */
  rows(): Iterable<ScannedRow>
  /** Where the page ends; `undefined` when it is empty. */
  readonly end: Position | undefined
  /** The server fails whenever it has to serve the payload of this page's only row. */
  readonly unreadable: boolean
  /** The server's clock when it answered. */
  readonly now: Instant
}

/** What every walk of a scan shares. */
export interface Scanning {
  readonly client: OpenEhr
  readonly log: Logger
  readonly kind: Kind
  readonly pages: PageLimits
}

/**
 * What to ask for next, given the last row and whether the latest page was empty; `undefined` at the end. A page that is
 * merely short is not the end: a server may cut pages below the LIMIT without a word.
 */
export type Following = (last: Position | undefined, empty: boolean) => Ask | undefined

/**
 * Walks a keyset page by page. A page is asked for as soon as the one before it has been looked at, so that the server
 * works while its rows are sent.
 */
export class Walk {
  private readonly pager: Pager
  private last: Position | undefined
  private ask: Ask | undefined

  constructor(
    private readonly scanning: Scanning,
    private readonly following: Following,
  ) {
    this.pager = new Pager(scanning.client, new PageSize(scanning.pages), scanning.log)
    this.ask = following(undefined, false)
  }

  get ended(): boolean {
    return this.ask === undefined
  }

  /** Asks for the next page. The answer is looked at by `take`. */
  async fetch(signal: AbortSignal): Promise<Fetched> {
    if (!this.ask) throw new Error('A walk was continued beyond its end.')
    return await this.pager.next(this.ask, signal)
  }

  /** The rows of an answer. They stand in the reader's memory until it is used again. */
  take(fetched: Fetched, reader: PageReader): Step {
    const { kind } = this.scanning
    const unreadable = fetched.kind === 'unreadable'
    const shape = unreadable ? kind.light : kind.full
    const page = reader.read(fetched.body, Object.keys(shape.columns), kind.payload)
    const end = page.length > 0 ? place(page.row(page.length - 1), kind).position : undefined
    this.last = end ?? this.last
    if (!unreadable) this.pager.learn(page.length, page.size, page.maxLimit)
    this.ask = this.following(this.last, end === undefined)
    return { page, rows: () => placed(page, kind), end, unreadable, now: fetched.now }
  }
}

function* placed(page: Page, kind: Kind): Generator<ScannedRow> {
  for (let i = 0; i < page.length; i++) yield place(page.row(i), kind)
}

const place = (row: Row, kind: Kind): ScannedRow => {
  const uid = row.values[kind.uid]
  const at = parseInstant(row.values[kind.time] ?? '')
  if (uid == null || at === undefined)
    throw new Error(`The server sent a row without ${uid == null ? kind.uid : kind.time}.`)
  return { row, uid, position: { at, id: kind.id(uid) } }
}

/** A page of one of several walks. */
export interface Turn<T> {
  readonly lane: T
  readonly step: Step
}

/** Runs walks side by side, as many at a time as `concurrency`, and gives their pages as they come. */
export async function* sideBySide<T extends { readonly walk: Walk }>(
  lanes: readonly T[],
  concurrency: number,
  signal: AbortSignal,
): AsyncGenerator<Turn<T>> {
  const waiting = lanes.filter(({ walk }) => !walk.ended)
  const fetching = new Map<T, Promise<{ lane: T; fetched: Fetched }>>()
  const reader = new PageReader()
  const start = (lane: T): void => {
    const promise = lane.walk.fetch(signal).then(fetched => ({ lane, fetched }))
    // A failure is thrown where it is awaited; until then nobody listens.
    promise.catch(() => {})
    fetching.set(lane, promise)
  }
  for (const lane of waiting.splice(0, concurrency)) start(lane)
  while (fetching.size > 0) {
    const { lane, fetched } = await Promise.race(fetching.values())
    fetching.delete(lane)
    const step = lane.walk.take(fetched, reader)
    const next = lane.walk.ended ? waiting.shift() : lane
    if (next) start(next)
    yield { lane, step }
  }
}
