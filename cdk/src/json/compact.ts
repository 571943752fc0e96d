import { type MemberVisitor, scanValue } from './value.js'

/** Below this many bytes a plain loop copies faster than a call into the runtime (measured on Node 20). */
const SHORT = 96

/** A buffer that grows. It is made once and reset for every record, so that the hot path allocates nothing. */
export class ByteBuilder {
  #bytes: Buffer
  #length = 0

  /** @param capacity bytes to start with */
  constructor(capacity = 64 * 1024) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Bytes appended since the last reset. */
  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    const target = this.#room(size)
    let at = this.#length
    this.#length = at + size
    if (size > SHORT) target.set(bytes.subarray(start, end), at)
    else for (let i = start; i < end; i++) target[at++] = bytes[i] as number
  }

  /** Appends one byte for each character; for text that is known to be ASCII or Latin-1. */
  appendLatin1(text: string): void {
    const target = this.#room(text.length)
    this.#length += target.write(text, this.#length, 'latin1')
  }

  appendUtf8(text: string): void {
    const target = this.#room(text.length * 3)
    this.#length += target.write(text, this.#length)
  }

  /** Makes room for `size` more bytes. Whoever writes them there itself says so by `seek`. */
  reserve(size: number): Uint8Array {
    return this.#room(size)
  }

  /** Sets the length, after bytes were written behind it. */
  seek(length: number): void {
    this.#length = length
  }

  /** Forgets what was appended and keeps the memory. */
  reset(): void {
    this.#length = 0
  }

  /** What was appended since the last reset. Borrowed: the next append or reset may overwrite it. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(size: number): Buffer {
    const needed = this.#length + size
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    return this.#bytes
  }
}

/**
 * Copies the JSON value at `at` to `out` without insignificant white space, strings and numbers byte for byte, and
 * returns its end in `bytes`. `visit` is told the members of the value, if it is an object, as spans of `out.view()`.
 * @throws JsonSyntaxError; `out` then holds the part before the fault.
 */
export const compactValue = (bytes: Uint8Array, at: number, out: ByteBuilder, visit?: MemberVisitor): number =>
  scanValue(bytes, at, out, visit)
