import type { Instant } from '../instant.js'

const HASH_BYTES = 8

/** A seen-set in a state: per second since `from` how many versions, and their hashes one after another. */
export interface SeenState {
  /** Seconds since 1970. */
  readonly from: number
  /** Pairs of seconds since `from` and number of hashes. */
  readonly counts: readonly (readonly [number, number])[]
  /** Base64 of eight bytes a version: a double, big-endian. */
  readonly hashes: string
}

/** As many more are remembered while the process lives as go into states: the tail behind a snapshot needs them at once. */
const IN_MEMORY = 5

/** The room that the streams of a scan share, so that the busiest has most of it. */
export class Room {
  private readonly tenants: Seen[] = []

  /** @param capacity versions that all states together may remember */
  constructor(readonly capacity: number) {}

  join(seen: Seen): void {
    this.tenants.push(seen)
  }

  get taken(): number {
    return this.tenants.reduce((sum, { size }) => sum + size, 0)
  }

  /** The second from which on everything fits into `places`; what lies before must be forgotten. */
  horizon(places: number): number {
    if (this.taken <= places) return Number.NEGATIVE_INFINITY
    const counts = new Map<number, number>()
    for (const seen of this.tenants)
      for (const [second, count] of seen.counts()) counts.set(second, (counts.get(second) ?? 0) + count)
    let left = places
    let horizon = Number.POSITIVE_INFINITY
    for (const [second, count] of [...counts].sort(([a], [b]) => b - a)) {
      left -= count
      if (left < 0) break
      horizon = second
    }
    return horizon
  }
}

/**
 * The versions already emitted among the latest commit times, so that reading a stretch of time once more gives only what was
 * committed late. Bounded: when the room is full the oldest seconds do not go into the state, and what they held would be
 * emitted again rather than risk a loss.
 */
export class Seen {
  /** Hashes by the second of the commit. */
  private readonly seconds = new Map<number, Set<number>>()
  size = 0
  /** The last second, since 1970, of which versions were forgotten for lack of room. */
  forgottenThrough = Number.NEGATIVE_INFINITY

  constructor(private readonly room: Room) {
    room.join(this)
  }

  *counts(): Generator<[second: number, count: number]> {
    for (const [second, { size }] of this.seconds) yield [second, size]
  }

  add(versionUid: string, at: Instant): void {
    const second = Math.floor(at / 1_000_000)
    const hashes = this.seconds.get(second) ?? new Set()
    if (hashes.size === 0) this.seconds.set(second, hashes)
    const before = hashes.size
    hashes.add(hash(versionUid))
    this.size += hashes.size - before
  }

  has(versionUid: string, at: Instant): boolean {
    return this.seconds.get(Math.floor(at / 1_000_000))?.has(hash(versionUid)) ?? false
  }

  /** Forgets what lies wholly before `from`, and the oldest beyond what memory may hold. */
  prune(from: Instant): void {
    const first = Math.floor(from / 1_000_000)
    const horizon = this.room.horizon(IN_MEMORY * this.room.capacity)
    for (const [second, hashes] of this.ordered()) {
      if (second >= first && second >= horizon) break
      if (second >= first) this.forgottenThrough = second
      this.size -= hashes.size
      this.seconds.delete(second)
    }
  }

  /** True when pruning is due: looking at the seconds at every record would cost more than the records. */
  get crowded(): boolean {
    return this.size > IN_MEMORY * this.room.capacity
  }

  toState(): SeenState {
    const horizon = this.room.horizon(this.room.capacity)
    const ordered = this.ordered()
    const kept = ordered.filter(([second]) => second >= horizon)
    const lost = ordered.at(-kept.length - 1)?.[0]
    if (lost !== undefined) this.forgottenThrough = Math.max(this.forgottenThrough, lost)
    const from = kept[0]?.[0] ?? 0
    const bytes = Buffer.alloc(kept.reduce((sum, [, { size }]) => sum + size, 0) * HASH_BYTES)
    let at = 0
    for (const [, hashes] of kept) for (const each of hashes) at = bytes.writeDoubleBE(each, at)
    return {
      from,
      counts: kept.map(([second, hashes]) => [second - from, hashes.size]),
      hashes: bytes.toString('base64'),
    }
  }

  private ordered(): [number, Set<number>][] {
    return [...this.seconds].sort(([a], [b]) => a - b)
  }

  static fromState(state: SeenState, room: Room): Seen {
    const seen = new Seen(room)
    const bytes = Buffer.from(state.hashes, 'base64')
    let at = 0
    for (const [offset, count] of state.counts) {
      const hashes = new Set<number>()
      for (let i = 0; i < count; i++, at += HASH_BYTES) hashes.add(bytes.readDoubleBE(at))
      seen.seconds.set(state.from + offset, hashes)
      seen.size += hashes.size
    }
    return seen
  }
}

/**
 * 53 bits, as many as a number holds, by two multiplicative hashes side by side. Among 200,000 versions the chance that a late
 * one is taken for another is below one in 10^10. A cryptographic hash would cost more than the rest of a row.
 */
const hash = (versionUid: string): number => {
  let [high, low] = [0x9e3779b9, 0x85ebca6b]
  for (let i = 0; i < versionUid.length; i++) {
    const code = versionUid.charCodeAt(i)
    high = Math.imul(high ^ code, 0x2c1b3c6d)
    low = Math.imul(low ^ code, 0x297a2d39)
    high ^= high >>> 15
    low ^= low >>> 13
  }
  high = Math.imul(high ^ (low >>> 16), 0x1b56c4e9)
  low = Math.imul(low ^ (high >>> 15), 0x7ed55d16)
  return ((high ^ (high >>> 14)) & 0x1fffff) * 2 ** 32 + ((low ^ (low >>> 16)) >>> 0)
}
