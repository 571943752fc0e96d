/** CopyData's head: the letter d and the length of what follows, itself included. */
const HEAD = 5

/** Big enough that a call per chunk costs nothing, small enough that no batch is ever held twice. */
const FULL = 256 * 1024

const CAPACITY = FULL + 64 * 1024

/** Binary rows on their way into one CopyData message of the protocol. A row that is larger than the chunk widens it. */
export class Chunk {
  bytes = Buffer.allocUnsafeSlow(CAPACITY)
  at = HEAD

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const wider = Buffer.allocUnsafeSlow(this.at + size)
    this.bytes.copy(wider, 0, 0, this.at)
    this.bytes = wider
  }

  get isFull(): boolean {
    return this.at >= FULL
  }

  get isEmpty(): boolean {
    return this.at === HEAD
  }

  /** The message. It borrows the chunk's memory until `clear`. */
  message(): Buffer {
    this.bytes[0] = 0x64
    this.bytes.writeInt32BE(this.at - 1, 1)
    return this.bytes.subarray(0, this.at)
  }

  clear(): void {
    if (this.bytes.length > CAPACITY) this.bytes = Buffer.allocUnsafeSlow(CAPACITY)
    this.at = HEAD
  }
}
