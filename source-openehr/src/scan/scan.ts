import type { Item, Reader } from '@openehr-connectors/cdk'
import { explained } from '../client.js'
import { Emission, type Target } from './emission.js'
import type { Kind } from './kind.js'
import { snapshot } from './snapshot.js'
import { tail } from './tail.js'
import type { Scanning } from './walk.js'

export interface ScanOptions {
  /** What is read for these targets: their templates only. */
  readonly kind: (targets: readonly Target[]) => Kind
  /** Ranges that are read side by side. */
  readonly partitions: number
  /** Whether a row without readable payload fails its streams instead of being sent without it. */
  readonly failUnreadable: boolean
  /** The targets that read everything once: their last state says so. */
  readonly fullRefresh: ReadonlySet<string>
}

/**
 * One scan for all its streams: a snapshot for those that still need it, then one tail for all. Whatever ends it, the last
 * items are states for what has been sent.
 */
export const scan = (base: Omit<Scanning, 'kind'>, targets: readonly Target[], options: ScanOptions): Reader => ({
  streams: targets.map(({ stream }) => stream),

  async *read(signal: AbortSignal): AsyncGenerator<Item> {
    const emission = new Emission(targets, options.failUnreadable, base.log)
    const scanning = (some: readonly Target[]): Scanning => ({ ...base, kind: options.kind(some) })
    const open = targets.filter(({ progress }) => !progress.isComplete)
    // Requests that are still under way when the consumer turns away, or when another one failed, end with this.
    const stop = new AbortController()
    const both = AbortSignal.any([signal, stop.signal])
    try {
      const fresh = open.filter(({ progress }) => progress.remaining !== undefined)
      if (fresh.length > 0) {
        yield* snapshot(scanning(fresh), emission, fresh, options.partitions, both)
        yield* emission.states(fresh)
      }
      if (open.length > 0) yield* tail(scanning(open), emission, open, both)
      for (const { stream, progress } of emission.targets) if (options.fullRefresh.has(stream)) progress.markComplete()
      emission.report()
    } catch (error) {
      // Not in a finally: a consumer that has turned away takes no more items.
      yield* emission.states(targets)
      if (signal.aborted) return
      throw explained(error)
    } finally {
      stop.abort()
    }
    yield* emission.states(targets)
  },
})
