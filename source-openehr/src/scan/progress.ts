import type { JsonObject } from '@openehr-connectors/spec'
import type { Position } from '../aql.js'
import type { Instant } from '../instant.js'
import { isAfter } from './position.js'
import { contains, type Range, subtract, union } from './ranges.js'
import { type Room, Seen } from './seen.js'
import { type Origin, type StreamState, writeState } from './state.js'

/** What must be the same from sync to sync for a cursor to mean the same. */
export interface Identity {
  readonly origin: Origin
  readonly template: string | undefined
  readonly selection: string
}

export interface Version {
  readonly uid: string
  readonly position: Position
}

/** How a sync reads: shared by its streams. */
export interface Terms {
  /** The server's clock when the sync began. */
  readonly now: Instant
  /** Microseconds. A commit is visible at most so long after its time. */
  readonly lookback: number
  /** Where the streams remember what they have emitted of late. */
  readonly room: Room
}

/** How far one stream has come: which rows it still wants, and the state that says so. */
export class Progress {
  private constructor(
    private readonly identity: Identity,
    private readonly terms: Terms,
    private readonly seen: Seen,
    private snapshot: StreamState['snapshot'],
    private position: Position | undefined,
    /** The server's clock when everything up to the cursor was last looked at. What was committed long before that is settled. */
    private scannedAt: Instant | undefined,
    private complete: boolean,
  ) {}

  /** A stream that starts with a snapshot of these ranges. */
  static ofSnapshot(identity: Identity, terms: Terms, ranges: readonly Range[]): Progress {
    const snapshot = { startedAt: terms.now, remaining: union(ranges) }
    return new Progress(identity, terms, new Seen(terms.room), snapshot, undefined, undefined, false)
  }

  /** A stream that is followed from its first row on. */
  static fromStart(identity: Identity, terms: Terms): Progress {
    return new Progress(identity, terms, new Seen(terms.room), undefined, undefined, terms.now, false)
  }

  static resumed(identity: Identity, terms: Terms, state: StreamState): Progress {
    const { snapshot, cursor, scannedAt, complete } = state
    const seen = state.seen ? Seen.fromState(state.seen, terms.room) : new Seen(terms.room)
    return new Progress(identity, terms, seen, snapshot, cursor, scannedAt, complete)
  }

  /** The ranges that a snapshot still has to read; `undefined` once the tail is followed. */
  get remaining(): readonly Range[] | undefined {
    return this.snapshot?.remaining
  }

  /** Everything up to here has been read, but for what was committed late. */
  get cursor(): Position | undefined {
    return this.position
  }

  /** Commits from here on may still become visible behind the cursor. */
  get windowStart(): Instant {
    return (this.scannedAt ?? this.position?.at ?? this.terms.now) - this.terms.lookback
  }

  get isComplete(): boolean {
    return this.complete
  }

  /** True when versions inside the window were forgotten: a sync that comes soon emits them again. */
  get forgot(): boolean {
    return this.seen.forgottenThrough * 1_000_000 >= this.windowStart
  }

  wantsInSnapshot(version: Version): boolean {
    return this.snapshot !== undefined && contains(this.snapshot.remaining, version.position.id)
  }

  /** Whether the tail still has to emit a version: it lies ahead of the cursor, or it was committed late. */
  wantsInTail({ uid, position }: Version): boolean {
    const isAhead = this.position === undefined || isAfter(position, this.position)
    return (isAhead || position.at >= this.windowStart) && !this.seen.has(uid, position.at)
  }

  emitted({ uid, position }: Version): void {
    // The tail behind a snapshot begins where the snapshot did; what was committed long before, it will not come by.
    const from = this.snapshot ? this.snapshot.startedAt - this.terms.lookback : this.windowStart
    if (position.at < from) return
    this.seen.add(uid, position.at)
    if (this.seen.crowded) this.prune()
  }

  /** A stretch of ids has been read to its end. */
  readRange(range: Range): void {
    if (this.snapshot) this.snapshot = { ...this.snapshot, remaining: subtract(this.snapshot.remaining, range) }
  }

  /** The snapshot has been read: what changed since it began is the tail's. */
  endSnapshot(): void {
    if (!this.snapshot) return
    this.position = { at: this.snapshot.startedAt, id: '' }
    this.scannedAt = this.snapshot.startedAt
    this.snapshot = undefined
  }

  /** The tail has looked at everything up to a row, whether this stream wanted it or not. */
  readTo(position: Position): void {
    if (this.position && isAfter(this.position, position)) return
    this.position = position
    this.scannedAt = this.terms.now
  }

  /** The tail has come to the end of what there is. */
  readToEnd(): void {
    this.scannedAt = this.terms.now
  }

  markComplete(): void {
    this.complete = true
  }

  toState(): JsonObject {
    this.prune()
    return writeState({
      ...this.identity,
      snapshot: this.snapshot,
      cursor: this.position,
      scannedAt: this.scannedAt,
      seen: this.seen.toState(),
      complete: this.complete,
    })
  }

  private prune(): void {
    // What lies ahead of the cursor was emitted by the snapshot and is still to be met by the tail.
    const from = this.snapshot
      ? this.snapshot.startedAt - this.terms.lookback
      : Math.min(this.windowStart, this.position?.at ?? Number.POSITIVE_INFINITY)
    this.seen.prune(from)
  }
}
