import type { Writable } from 'node:stream'
import type { RecordData } from '../source.js'
import type { RecordChange } from './record.js'

/** Lines are joined to about this many bytes a write; measured as fast as any larger size, and a pipe holds as much. */
const CHUNK = 64 * 1024
/** A record of many megabytes stretches the buffer; it is not kept at that size. */
const LARGEST_KEPT = 1024 * 1024

const RECORD_END = Buffer.from('}}\n')

/**
 * The protocol's lines on their way to stdout. One chunk is being written while the next is gathered, never more:
 * who awaits what `record` and `raw` return is held back by a slow reader of stdout.
 */
export class Output {
  #buffer = Buffer.allocUnsafe(2 * CHUNK)
  #spare = Buffer.allocUnsafe(2 * CHUNK)
  #length = 0
  #writing: Promise<void> | undefined
  #flushSoon = false
  #closed = false
  readonly #heads = new Map<string, string>()

  /**
   * @param write stdout's own `write`
   * @param closed called once when stdout takes no more, with the reason; what is said afterwards is dropped
   */
  constructor(
    private readonly write: Writable['write'],
    private readonly closed: (error: Error) => void,
  ) {}

  /**
   * Appends a RECORD. `data` is copied before this returns.
   * @param emittedAt milliseconds since 1970
   * @returns what to await before the next record; nothing while there is room
   */
  record(
    stream: string,
    data: RecordData,
    emittedAt: number,
    changes?: readonly RecordChange[],
  ): Promise<void> | undefined {
    // First, because it may throw, and half a line must not stay in the buffer.
    const json = data instanceof Uint8Array ? data : JSON.stringify(data)
    const meta = changes?.length ? `,"meta":${JSON.stringify({ changes })}` : ''
    this.#text(`${this.#head(stream)}${emittedAt}${meta},"data":`)
    if (typeof json === 'string') this.#text(json)
    else this.#bytes(json)
    this.#bytes(RECORD_END)
    return this.#length >= CHUNK ? this.#flushChunk() : undefined
  }

  /** Sends a line (without its line end) at once; resolves when stdout has taken it and all before it. */
  async raw(line: string): Promise<void> {
    this.#text(`${line}\n`)
    await this.flush()
  }

  /** Appends a line and returns; it leaves as soon as stdout takes it. For messages that nobody waits for. */
  say(line: string): void {
    this.#text(`${line}\n`)
    if (this.#flushSoon) return
    this.#flushSoon = true
    setImmediate(() => {
      this.#flushSoon = false
      void this.flush()
    })
  }

  /** Resolves when stdout has taken everything said before. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing
    this.#startWriting()
    while (this.#writing) await this.#writing
  }

  /** Drops what is left and what comes later, and lets go who waits: stdout takes no more. */
  close(error: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#length = 0
    this.closed(error)
  }

  #flushChunk(): Promise<void> | undefined {
    if (this.#writing) return this.#afterWriting()
    this.#startWriting()
    return undefined
  }

  async #afterWriting(): Promise<void> {
    while (this.#writing) await this.#writing
    this.#startWriting()
  }

  #startWriting(): void {
    if (this.#length === 0 || this.#writing) return
    const full = this.#buffer
    const chunk = full.subarray(0, this.#length)
    this.#buffer = this.#spare
    this.#length = 0
    this.#writing = this.#take(chunk).then(() => {
      this.#writing = undefined
      this.#spare = full.length > LARGEST_KEPT ? Buffer.allocUnsafe(2 * CHUNK) : full
    })
  }

  #take(chunk: Buffer): Promise<void> {
    return new Promise(resolve => {
      const taken = (error?: Error | null) => {
        if (error) this.close(error)
        // By way of the event loop, so that a source that never waits for anything still lets signals through.
        setImmediate(resolve)
      }
      try {
        this.write(chunk, taken)
      } catch (error) {
        // A file is written synchronously and throws when the disk is full.
        taken(error as Error)
      }
    })
  }

  #head(stream: string): string {
    let head = this.#heads.get(stream)
    if (head === undefined) {
      head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"emitted_at":`
      this.#heads.set(stream, head)
    }
    return head
  }

  #text(text: string): void {
    if (this.#closed) return
    // A UTF-16 unit takes three bytes of UTF-8 at most; counting them first would read the text twice.
    if (this.#buffer.length - this.#length < 3 * text.length) this.#reserve(Buffer.byteLength(text))
    this.#length += this.#buffer.write(text, this.#length)
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
