import type { Item } from '@openehr-connectors/cdk'
import { byTime, type Position, type Shape, withIds } from '../aql.js'
import type { Emission, Target } from './emission.js'
import { earliest } from './position.js'
import type { Progress } from './progress.js'
import { type ScannedRow, type Scanning, sideBySide, Walk } from './walk.js'

/** Rows a page of a sweep that reads no payloads, and how many of those it found are fetched at once. */
const SWEEP_ROWS = { first: 5_000, most: 20_000 }
const LATE_AT_ONCE = 500

/**
 * Follows the commits from the streams' cursors on. Streams may have come unevenly far: the scan starts at the lowest cursor
 * and each takes only what lies ahead of its own, or was committed late within its window.
 */
export async function* tail(
  scanning: Scanning,
  emission: Emission,
  targets: readonly Target[],
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const cursors = targets.flatMap(({ progress }) => progress.cursor ?? [])
  const lowest = cursors.length === targets.length ? earliest(cursors) : undefined
  if (lowest) {
    yield* late(scanning, emission, targets, lowest, signal)
    for (const { progress } of targets) progress.readTo(lowest)
  }

  const walk = new Walk(scanning, (last, empty) => {
    if (empty) return undefined
    const after = last ?? lowest
    return {
      full: limit => byTime(scanning.kind.full, after, undefined, limit),
      light: limit => byTime(scanning.kind.light, after, undefined, limit),
    }
  })
  let started: number | undefined
  for await (const { step } of sideBySide([{ walk }], 1, signal)) {
    const { end } = step
    if (!end) {
      for (const { progress } of targets) progress.readToEnd()
      break
    }
    started ??= step.now
    yield* emission.page(step, scanning.kind, targets, wantsInTail)
    for (const { progress } of targets) progress.readTo(end)
    yield* emission.stateWhenDue(targets)
    // A busy server commits as fast as we read: what came after the start is the next sync's.
    if (end.at > started + ONE_SECOND) break
  }
}

// The server's clock is known to the second.
const ONE_SECOND = 1_000_000

const wantsInTail = (progress: Progress, row: ScannedRow): boolean => progress.wantsInTail(row)

/**
 * Emits what was committed behind the cursors: a server takes a commit's time before the commit is visible. The window is
 * swept without payloads, which costs the server next to nothing; only what is new in it is fetched.
 */
async function* late(
  scanning: Scanning,
  emission: Emission,
  targets: readonly Target[],
  lowest: Position,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const from = { at: Math.min(...targets.map(({ progress }) => progress.windowStart)), id: '' }
  if (from.at > lowest.at) return
  const { kind } = scanning
  const light = { ...scanning, kind: { ...kind, full: kind.light }, pages: { ...scanning.pages, ...SWEEP_ROWS } }
  const sweep = new Walk(light, (last, empty) => {
    if (empty) return undefined
    const ask = (limit: number): string => byTime(kind.light, last ?? from, lowest.at, limit)
    return { full: ask, light: ask }
  })
  for await (const { step } of sideBySide([{ walk: sweep }], 1, signal)) {
    const ids = [...step.rows()]
      .filter(row => targets.some(target => isOf(target, row) && target.progress.wantsInTail(row)))
      .map(({ position }) => position.id)
    if (ids.length > 0) yield* fetchLate(scanning, emission, targets, ids, signal)
  }
}

async function* fetchLate(
  scanning: Scanning,
  emission: Emission,
  targets: readonly Target[],
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const { kind } = scanning
  let open = ids
  let asked = 0
  const ask = (shape: Shape, limit: number): string => {
    asked = Math.min(limit, LATE_AT_ONCE)
    return withIds(shape, open.slice(0, asked))
  }
  // Ids that give no row were deleted meanwhile: an empty page is not the end here.
  const walk = new Walk(scanning, () => {
    open = open.slice(asked)
    if (open.length === 0) return undefined
    return { full: limit => ask(kind.full, limit), light: limit => ask(kind.light, limit) }
  })
  for await (const { step } of sideBySide([{ walk }], 1, signal)) {
    yield* emission.page(step, scanning.kind, targets, wantsInTail)
    yield* emission.stateWhenDue(targets)
  }
}

const isOf = ({ template }: Target, { row }: ScannedRow): boolean =>
  template === undefined || template === row.values.template_id
