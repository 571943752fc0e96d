import type { Range } from '../aql/ranges.js'
import type { Instant } from '../instant.js'

/**
 * Latest versions of one kind of object (compositions, EHRs, EHR statuses), numbered from 0, with the two orders that
 * a keyset scan follows. What costs something to make is made when asked for.
 */
export interface Rows {
  /** Row numbers by object id. */
  readonly byId: ArrayLike<number>
  /** Row numbers by commit time, within one instant by object id. */
  readonly byTime: ArrayLike<number>
  /** The object id: a uuid in lower case. */
  id(row: number): string
  version(row: number): number
  time(row: number): Instant
  ehrId(row: number): string
  /** '' where there is no template. */
  templateId(row: number): string
  archetypeId(row: number): string
  contributionId(row: number): string
  /** Canonical JSON, compact. */
  text(row: number): string
}

export type Order = 'id' | 'time'

/** One row of some rows. */
export interface Hit {
  rows: Rows
  row: number
}

/** What stands in the way of a row: it was superseded or deleted, or is not visible yet. */
export type Hidden = (rows: Rows, row: number) => boolean

/**
 * The rows of several sources that lie in the ranges of an order's key, in that order. Costs a binary search per range
 * and source, and then only what is taken.
 */
export function* scan(
  sources: readonly Rows[],
  order: Order,
  ranges: readonly Range<string | number>[],
  hidden: Hidden,
): Generator<Hit, void> {
  for (const range of ranges) {
    const cursors = sources.map(rows => new Cursor(rows, order, range))
    for (let first = earliest(cursors); first; first = earliest(cursors)) {
      const { rows, row } = first
      first.advance()
      if (!hidden(rows, row)) yield { rows, row }
    }
  }
}

class Cursor {
  private readonly numbers: ArrayLike<number>
  private readonly end: number
  private at: number

  constructor(
    readonly rows: Rows,
    private readonly order: Order,
    { low, high }: Range<string | number>,
  ) {
    this.numbers = order === 'id' ? rows.byId : rows.byTime
    const key = order === 'id' ? (row: number) => rows.id(row) : (row: number) => rows.time(row)
    this.at = low === undefined ? 0 : firstNot(this.numbers, row => key(row) < low)
    this.end = high === undefined ? this.numbers.length : firstNot(this.numbers, row => key(row) <= high)
  }

  get done(): boolean {
    return this.at >= this.end
  }

  get row(): number {
    return this.numbers[this.at] ?? 0
  }

  advance(): void {
    this.at++
  }

  isBefore(other: Cursor): boolean {
    const [a, b] = this.order === 'time' ? [this.rows.time(this.row), other.rows.time(other.row)] : [0, 0]
    return a === b ? this.rows.id(this.row) < other.rows.id(other.row) : a < b
  }
}

function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let first: Cursor | undefined
  for (const cursor of cursors) if (!cursor.done && (!first || cursor.isBefore(first))) first = cursor
  return first
}

/** The first place in an order whose row is not `before`. */
export function firstNot(numbers: ArrayLike<number>, before: (row: number) => boolean): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(numbers[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}
