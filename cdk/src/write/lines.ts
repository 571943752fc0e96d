const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** The longest line that is taken, in bytes. */
const LONGEST = 64 * 1024 * 1024

/**
 * Cuts lines from chunks of bytes. Lines are slices of their chunk; only one that crosses chunks is copied, once, when
 * its end is there. Line ends are LF or CRLF; empty lines are counted and left out.
 */
export class LineCutter {
  /** The beginning of a line whose end has not come yet. */
  #pieces: Buffer[] = []
  #size = 0
  #number = 0

  /** @param longest the length in bytes above which a line is refused */
  constructor(private readonly longest: number = LONGEST) {}

  /** Number of the line that was given out last; the first is 1. */
  get number(): number {
    return this.#number
  }

  /**
   * The lines that end in this chunk.
   * @throws Error naming the number of a line that is too long
   */
  *cut(chunk: Buffer): Generator<Buffer> {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start)
      if (end < 0) break
      const line = this.#finish(chunk.subarray(start, end))
      if (line.length > 0) yield line
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** The line that the input's end has cut off or that lacks its line end; undefined when there is none. */
  end(): Buffer | undefined {
    return this.#size > 0 ? this.#finish(Buffer.alloc(0)) : undefined
  }

  #finish(piece: Buffer): Buffer {
    this.#keep(piece)
    const line = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#size)
    this.#pieces = []
    this.#size = 0
    this.#number++
    return line[line.length - 1] === CARRIAGE_RETURN ? line.subarray(0, -1) : line
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#size += piece.length
    if (this.#size > this.longest) {
      const megabytes = Math.floor(this.longest / 1024 / 1024)
      throw new Error(`Line ${this.#number + 1} of the input is longer than ${megabytes} MB.`)
    }
  }
}
