import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import type { Writer } from '../destination.js'
import { Batch } from './batch.js'
import type { Evidence } from './evidence.js'
import type { Clock, WriteLimits } from './limits.js'
import type { RecordMessage } from './message.js'
import type { Covered } from './states.js'

/** What the streams of a sync share. */
export interface Shared {
  readonly limits: WriteLimits
  readonly clock: Clock
  /** Aborts the writes, when there is no time left for them. */
  readonly signal: AbortSignal
  /** Bytes of all batches that are gathered, and of all that are being written. */
  readonly bytes: { gathered: number; written: number }
  /** A batch of this stream has become durable, or has failed. */
  ended(load: StreamLoad, rows: number): Promise<void>
}

/** One stream of a sync: the batch that is being gathered, the one that is being written meanwhile, what was told. */
export class StreamLoad implements Covered {
  received = 0
  /** Records since the last state: a state's recordCount. */
  sinceState = 0
  status: Evidence['status']
  lastState: { readonly state: unknown } | undefined
  failure: { readonly cause: unknown } | undefined
  #durable = 0
  #inPlace = false
  #batch = new Batch()
  #writing: Promise<void> | undefined
  #due = false
  #forgetAge = () => {}

  constructor(
    readonly configured: ConfiguredAirbyteStream,
    private readonly writer: Writer,
    private readonly shared: Shared,
  ) {}

  get failed(): boolean {
    return this.failure !== undefined
  }

  /** Resolves, and never rejects, when the write under way has ended; undefined when there is none. */
  get writing(): Promise<void> | undefined {
    return this.#writing
  }

  /** Bytes gathered for the next write. */
  get gathered(): number {
    return this.#batch.size
  }

  get full(): boolean {
    const { batchBytes, batchRows } = this.shared.limits
    return this.#batch.size >= batchBytes || this.#batch.records.length >= batchRows
  }

  get evidence(): Evidence {
    const { configured, status } = this
    return { configured, status, closing: this.sinceState === 0 ? this.lastState : undefined }
  }

  settled(count: number): boolean {
    return this.writer.settles === 'finish' ? this.#inPlace : this.#durable >= count
  }

  /** Takes a record into the batch. What comes after a failure is counted and dropped. */
  add(record: RecordMessage): void {
    this.received++
    this.sinceState++
    if (this.failed) return
    if (this.#batch.records.length === 0) {
      this.#forgetAge = this.shared.clock.after(this.shared.limits.batchAge, () => {
        this.#due = true
        this.start()
      })
    }
    const before = this.#batch.size
    this.#batch.add(record)
    this.shared.bytes.gathered += this.#batch.size - before
  }

  /** Starts to write what is gathered, unless a write of this stream is under way. */
  start(): void {
    if (this.#writing || this.#batch.records.length === 0) return
    const batch = this.#takeBatch()
    this.shared.bytes.written += batch.size
    this.#writing = this.#write(batch)
  }

  /** Writes all that is gathered, then lets the writer finish. Never rejects: see `failure`. */
  async end(complete: boolean): Promise<boolean> {
    while (this.#writing || this.#batch.records.length > 0) {
      this.start()
      await this.#writing
    }
    if (this.failed) return false
    try {
      this.#inPlace = await this.writer.finish(complete)
    } catch (cause) {
      this.#fail(cause)
    }
    return this.#inPlace
  }

  async #write(batch: Batch): Promise<void> {
    const rows = batch.records.length
    try {
      await this.writer.write(batch.records, this.shared.signal)
      this.#durable += rows
    } catch (cause) {
      this.#fail(cause)
    }
    this.shared.bytes.written -= batch.size
    await this.shared.ended(this, rows)
    this.#writing = undefined
    if (this.#due) this.start()
  }

  #takeBatch(): Batch {
    const batch = this.#batch
    this.#batch = new Batch()
    this.#due = false
    this.#forgetAge()
    this.shared.bytes.gathered -= batch.size
    return batch
  }

  #fail(cause: unknown): void {
    this.failure = { cause }
    this.#takeBatch()
  }
}
