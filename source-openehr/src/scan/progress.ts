import type { JsonObject } from '@openehr-connectors/spec'
import type { Position } from '../aql.js'
import type { Instant } from '../instant.js'
import { isAfter } from './position.js'
import { contains, type Range, subtract, union } from './ranges.js'
import { Seen } from './seen.js'
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

/** How far one stream has come: which rows it still wants, and the state that says so. */
export class Progress {
  private constructor(
    private readonly identity: Identity,
    /** Microseconds. */
    private readonly lookback: number,
    private seen: Seen,
    private snapshot: StreamState['snapshot'],
    private position: Position | undefined,
    private complete: boolean,
  ) {}

  /** A stream that starts with a snapshot of these ranges; `now` is the server's clock. */
  static ofSnapshot(
    identity: Identity,
    lookback: number,
    capacity: number,
    ranges: readonly Range[],
    now: Instant,
  ): Progress {
    return new Progress(
      identity,
      lookback,
      new Seen(capacity),
      { startedAt: now, remaining: union(ranges) },
      undefined,
      false,
    )
  }

  /** A stream that is followed from its first row on. */
  static fromStart(identity: Identity, lookback: number, capacity: number): Progress {
    return new Progress(identity, lookback, new Seen(capacity), undefined, undefined, false)
  }

  static resumed(identity: Identity, lookback: number, capacity: number, state: StreamState): Progress {
    const seen = state.seen ? Seen.fromState(state.seen, capacity) : new Seen(capacity)
    return new Progress(identity, lookback, seen, state.snapshot, state.cursor, state.complete)
  }

  /** The ranges that a snapshot still has to read; `undefined` once the tail is followed. */
  get remaining(): readonly Range[] | undefined {
    return this.snapshot?.remaining
  }

  /** Everything up to here has been read, but for what was committed late. */
  get cursor(): Position | undefined {
    return this.position
  }

  /** From here on late commits are looked for. */
  get windowStart(): Position | undefined {
    return this.position && { at: this.position.at - this.lookback, id: '' }
  }

  get isComplete(): boolean {
    return this.complete
  }

  /** True when versions inside the window were forgotten: the next sync emits them again. */
  get forgot(): boolean {
    const start = this.windowStart
    return start !== undefined && this.seen.forgottenThrough * 1_000_000 >= start.at
  }

  wantsInSnapshot(version: Version): boolean {
    return this.snapshot !== undefined && contains(this.snapshot.remaining, version.position.id)
  }

  /** Whether the tail still has to emit a version: it lies ahead of the cursor, or it was committed late. */
  wantsInTail({ uid, position }: Version): boolean {
    const start = this.windowStart
    if (start && position.at < start.at) return false
    return !this.seen.has(uid, position.at)
  }

  emitted({ uid, position }: Version): void {
    // A snapshot need not remember what was committed long before it began: the tail will not come by there.
    if (this.snapshot && position.at < this.snapshot.startedAt - this.lookback) return
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
    this.snapshot = undefined
  }

  /** The tail has been read up to a row, whether this stream wanted it or not. */
  readTo(position: Position): void {
    if (!this.position || isAfter(position, this.position)) this.position = position
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
      seen: this.seen.toState(),
      complete: this.complete,
    })
  }

  private prune(): void {
    const anchor = this.snapshot?.startedAt ?? this.position?.at
    if (anchor !== undefined) this.seen.prune(anchor - this.lookback)
  }
}
