import { createHash } from 'node:crypto'
import type { Instant } from '../instant.js'

const HASH_BYTES = 8

/** A seen-set in a state: per second since `from` how many versions, and their hashes one after another. */
export interface SeenState {
  /** Seconds since 1970. */
  readonly from: number
  /** Pairs of seconds since `from` and number of hashes. */
  readonly counts: readonly (readonly [number, number])[]
  /** Base64 of eight bytes a version. */
  readonly hashes: string
}

/**
 * The versions already emitted among the latest commit times, so that reading a stretch of time once more gives only what was
 * committed late. Bounded: beyond `capacity` the oldest seconds are forgotten, and what they held would be emitted again
 * rather than risk a loss.
 */
export class Seen {
  /** Hashes by the second of the commit. */
  private readonly seconds = new Map<number, Set<string>>()
  private size = 0
  /** The last second, since 1970, of which versions were forgotten for lack of room. */
  forgottenThrough = Number.NEGATIVE_INFINITY

  constructor(private readonly capacity: number) {}

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

  /** Forgets what lies wholly before `from`, and the oldest beyond the capacity. */
  prune(from: Instant): void {
    const first = Math.floor(from / 1_000_000)
    const ordered = [...this.seconds.keys()].sort((a, b) => a - b)
    for (const second of ordered) {
      const tooOld = second < first
      if (!tooOld && this.size <= this.capacity) break
      if (!tooOld) this.forgottenThrough = second
      this.size -= this.seconds.get(second)?.size ?? 0
      this.seconds.delete(second)
    }
  }

  /** True when pruning is due: sorting the seconds at every record would cost more than the records. */
  get crowded(): boolean {
    return this.size > 2 * this.capacity
  }

  toState(): SeenState {
    const ordered = [...this.seconds].sort(([a], [b]) => a - b)
    const from = ordered[0]?.[0] ?? 0
    const bytes = Buffer.alloc(this.size * HASH_BYTES)
    let at = 0
    for (const [, hashes] of ordered) for (const each of hashes) at += bytes.write(each, at, 'base64url')
    return {
      from,
      counts: ordered.map(([second, hashes]) => [second - from, hashes.size]),
      hashes: bytes.toString('base64'),
    }
  }

  static fromState(state: SeenState, capacity: number): Seen {
    const seen = new Seen(capacity)
    const bytes = Buffer.from(state.hashes, 'base64')
    let at = 0
    for (const [offset, count] of state.counts) {
      const hashes = new Set<string>()
      for (let i = 0; i < count; i++, at += HASH_BYTES) hashes.add(bytes.toString('base64url', at, at + HASH_BYTES))
      seen.seconds.set(state.from + offset, hashes)
      seen.size += hashes.size
    }
    return seen
  }
}

// 64 bits: among 50,000 versions the chance that a late one is taken for another is below one in 10^14.
const hash = (versionUid: string): string =>
  createHash('sha256').update(versionUid).digest().toString('base64url', 0, HASH_BYTES)
