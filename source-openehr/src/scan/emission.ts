import { ConfigError, type Item, type Logger, type RecordChange } from '@openehr-connectors/cdk'
import { Checkpoint } from './checkpoint.js'
import type { Kind } from './kind.js'
import type { Progress } from './progress.js'
import type { ScannedRow, Step } from './walk.js'

/** A stream of the scan. */
export interface Target {
  readonly stream: string
  /** Only rows of this template; `undefined` for all. */
  readonly template: string | undefined
  readonly progress: Progress
}

/** As many in a row would mean that the server serves no payload at all: then nothing may be nulled. */
const UNREADABLE_IN_A_ROW = 10

/** Turns pages into the items of the streams that want their rows. */
export class Emission {
  private readonly failed = new Set<Target>()
  private readonly checkpoint = new Checkpoint()
  private unreadable = 0
  private unreadableInARow = 0

  constructor(
    private readonly all: readonly Target[],
    private readonly failUnreadable: boolean,
    private readonly log: Logger,
  ) {}

  /** The streams that have not failed. */
  get targets(): Target[] {
    return this.all.filter(target => !this.failed.has(target))
  }

  /** The page's records, for each stream that wants them. */
  *page(
    step: Step,
    kind: Kind,
    among: readonly Target[],
    wants: (progress: Progress, row: ScannedRow) => boolean,
  ): Generator<Item> {
    this.guard(step)
    for (const scanned of step.rows()) {
      const takers = among.filter(target => this.takes(target, scanned, wants))
      if (takers.length === 0) continue
      if (step.unreadable && this.failUnreadable) {
        for (const target of takers) yield* this.fail(target, scanned)
        continue
      }
      const record = kind.record(scanned.row, scanned.position.at, step.page)
      for (const { stream, progress } of takers) {
        yield step.unreadable ? { stream, record, changes: nulled(kind) } : { stream, record }
        progress.emitted(scanned)
      }
      this.checkpoint.count(takers.length)
    }
  }

  /** States of all streams when they are due. */
  *stateWhenDue(targets: readonly Target[]): Generator<Item> {
    if (this.checkpoint.isDue()) yield* this.states(targets)
  }

  *states(targets: readonly Target[]): Generator<Item> {
    for (const { stream, progress } of targets.filter(target => !this.failed.has(target)))
      yield { stream, state: progress.toState() }
  }

  /** What the user should know once the scan has ended. */
  report(): void {
    if (this.unreadable > 0)
      this.log.warn(
        `${this.unreadable} versions could not be read: the server fails whenever it has to serve them. They were sent with their ids, times and template, and no content.`,
      )
    for (const { stream } of this.targets.filter(({ progress }) => progress.forgot))
      this.log.warn(
        `More was committed within lookback_seconds than stream "${stream}" can remember: the next sync sends a part of it again.`,
      )
  }

  private takes(target: Target, scanned: ScannedRow, wants: (progress: Progress, row: ScannedRow) => boolean): boolean {
    if (this.failed.has(target)) return false
    if (target.template !== undefined && target.template !== scanned.row.values.template_id) return false
    return wants(target.progress, scanned)
  }

  private guard(step: Step): void {
    this.unreadableInARow = step.unreadable ? this.unreadableInARow + 1 : 0
    if (step.unreadable) this.unreadable++
    if (this.unreadableInARow > UNREADABLE_IN_A_ROW)
      throw new Error(
        'The server answers 500 to every query that selects content. Look into its log; nothing was skipped.',
      )
  }

  private *fail(target: Target, { uid }: ScannedRow): Generator<Item> {
    yield { stream: target.stream, state: target.progress.toState() }
    this.failed.add(target)
    const failure = new ConfigError(
      `The server fails whenever it has to serve version ${uid}. Mend it there, or set unreadable_compositions to null_record to go on without its content.`,
    )
    yield { stream: target.stream, failure }
  }
}

const nulled = (kind: Kind): RecordChange[] => [
  { field: kind.payload ?? kind.uid, change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' },
]
