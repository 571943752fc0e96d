import type { Item } from '@openehr-connectors/cdk'
import { byId } from '../aql.js'
import type { Emission, Target } from './emission.js'
import type { Progress } from './progress.js'
import { cut, partitions, type Range, union } from './ranges.js'
import { type ScannedRow, type Scanning, sideBySide, Walk } from './walk.js'

/**
 * Reads every row that any of the targets has not read yet: ranges of ids side by side, each in its own order.
 * What is committed meanwhile may be missed here; it lies ahead of the tail, which starts when the snapshot did.
 */
export async function* snapshot(
  scanning: Scanning,
  emission: Emission,
  targets: readonly Target[],
  concurrency: number,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const remaining = union(targets.flatMap(({ progress }) => progress.remaining ?? []))
  const lanes = cut(remaining, partitions(concurrency)).map(range => ({
    range,
    walk: walkOf(scanning, range),
    at: range.after,
  }))

  for await (const { lane, step } of sideBySide(lanes, concurrency, signal)) {
    yield* emission.page(step, scanning.kind, targets, wantsInSnapshot)
    const through = lane.walk.ended ? lane.range.through : (step.end?.id ?? lane.at)
    for (const { progress } of targets) progress.readRange({ after: lane.at, through })
    lane.at = through
    yield* emission.stateWhenDue(targets)
  }
  for (const { progress } of targets) progress.endSnapshot()
}

const wantsInSnapshot = (progress: Progress, row: ScannedRow): boolean => progress.wantsInSnapshot(row)

const walkOf = (scanning: Scanning, range: Range): Walk =>
  new Walk(scanning, (last, empty) => {
    if (empty) return undefined
    const rest = { after: last?.id ?? range.after, through: range.through }
    return {
      full: limit => byId(scanning.kind.full, rest, limit),
      light: limit => byId(scanning.kind.light, rest, limit),
    }
  })
