/**
 * Writes the JSON value `json[start, end)` at `out[at]` in PostgreSQL's binary form of one type and returns where it
 * ends, or MISFIT when the type cannot hold it. `out` has room: a value never needs more than its JSON text and
 * `SLACK` bytes.
 */
export type Encoder = (json: Buffer, start: number, end: number, out: Buffer, at: number) => number

export const MISFIT = -1

/** What a binary value may take beyond the length of its JSON text: a numeric's head and two digit groups. */
export const SLACK = 16

const QUOTE = 0x22

/** Whether the value is a JSON string. Its text lies within the quotes. */
export const isString = (json: Buffer, start: number): boolean => json[start] === QUOTE

const HIGH = 4294967296

/** Writes an integer of up to ±2^53 as int8. */
export const writeInt8 = (value: number, out: Buffer, at: number): number => {
  const high = Math.floor(value / HIGH)
  out.writeInt32BE(high, at)
  return out.writeUInt32BE(value - high * HIGH, at + 4)
}
