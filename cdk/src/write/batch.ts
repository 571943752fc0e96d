import type { IncomingRecord } from '../destination.js'
import type { RecordMessage } from './message.js'

/** What a record takes in V8's heap besides its data, in bytes; counted so that many small records are bounded too. */
const RECORD_COST = 200

const SMALLEST_SLAB = 16 * 1024
const LARGEST_SLAB = 256 * 1024

/**
 * Records of one stream on their way to its writer. Their data is copied out of the input: a slice would keep its whole
 * chunk of input alive, and a rare stream would so hold on to everything that came between its records.
 */
export class Batch {
  readonly records: IncomingRecord[] = []
  #slab: Buffer = Buffer.alloc(0)
  #used = 0
  #size = 0

  /** Bytes of memory that the records take. */
  get size(): number {
    return this.#size
  }

  add({ line, dataStart, dataEnd, emittedAt, changes }: RecordMessage): void {
    const length = dataEnd - dataStart
    if (length > this.#slab.length - this.#used) {
      // Small at first, as a sync may have hundreds of streams with few records each.
      const next = Math.min(LARGEST_SLAB, Math.max(SMALLEST_SLAB, 2 * this.#slab.length))
      this.#slab = Buffer.allocUnsafeSlow(Math.max(length, next))
      this.#used = 0
    }
    const end = this.#used + length
    line.copy(this.#slab, this.#used, dataStart, dataEnd)
    this.records.push({ data: this.#slab.subarray(this.#used, end), emittedAt, changes })
    this.#used = end
    this.#size += length + RECORD_COST
  }
}
