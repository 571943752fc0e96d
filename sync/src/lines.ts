/** A source that never ends its line must not fill the memory. Our own connectors take lines up to 64 MB too. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024

/** Turns chunks of bytes into blocks of whole lines, each ended by a newline. */
export interface LineBlocks {
  /**
   * The whole lines that this chunk completes: at most one block for the line that straddles chunks, which is copied,
   * and one for the rest, which is a view of the chunk.
   * @throws RangeError for a line above MAX_LINE_BYTES
   */
  push(chunk: Buffer): Buffer[]
  /** What was left without a newline at the end. */
  rest(): Buffer
}

const NEWLINE = 0x0a

/** Cuts at bytes, not characters: a chunk may end inside a character. */
export const lineBlocks = (): LineBlocks => {
  let pieces: Buffer[] = []
  let held = 0
  const hold = (piece: Buffer) => {
    if (piece.length === 0) return
    pieces.push(piece)
    held += piece.length
    if (held > MAX_LINE_BYTES) throw new RangeError(`A line is longer than ${MAX_LINE_BYTES} bytes.`)
  }
  const rest = () => {
    const whole = Buffer.concat(pieces, held)
    pieces = []
    held = 0
    return whole
  }
  return {
    push: chunk => {
      const last = chunk.lastIndexOf(NEWLINE) + 1
      if (last === 0) {
        hold(chunk)
        return []
      }
      const blocks: Buffer[] = []
      let start = 0
      if (held > 0) {
        start = chunk.indexOf(NEWLINE) + 1
        hold(chunk.subarray(0, start))
        blocks.push(rest())
      }
      if (start < last) blocks.push(chunk.subarray(start, last))
      hold(chunk.subarray(last))
      return blocks
    },
    rest,
  }
}

/** The lines of a quiet stream as text: logs, states, answers. A last line without a newline counts. */
export async function* textLines(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const blocks = lineBlocks()
  for await (const chunk of input) for (const block of blocks.push(chunk)) yield* split(block)
  yield* split(blocks.rest())
}

function* split(block: Buffer): Generator<string> {
  for (const line of block.toString('utf8').split('\n')) if (line.trim() !== '') yield line.trim()
}
