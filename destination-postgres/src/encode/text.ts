import { type Encoder, isString, MISFIT } from './encoder.js'

const BACKSLASH = 0x5c

/** The bytes that `\b`, `\f` and their like stand for. */
const ESCAPES = new Map(
  Object.entries({ '"': 34, '\\': 92, '/': 47, b: 8, f: 12, n: 10, r: 13, t: 9 }).map(([letter, byte]) => [
    letter.charCodeAt(0),
    byte,
  ]),
)

const codeUnit = (json: Buffer, at: number): number => Number.parseInt(json.toString('latin1', at, at + 4), 16)

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Writes the text of a JSON string with escapes. Pieces between them are copied as they are. */
const unescaped = (json: Buffer, start: number, end: number, out: Buffer, at: number): number => {
  let from = start
  for (;;) {
    const next = json.indexOf(BACKSLASH, from)
    const stop = next < 0 || next >= end ? end : next
    at += json.copy(out, at, from, stop)
    if (stop === end) return at
    if (json[next + 1] !== 0x75) {
      const byte = ESCAPES.get(json[next + 1] ?? 0)
      if (byte === undefined) return MISFIT
      out[at++] = byte
      from = next + 2
      continue
    }
    const unit = codeUnit(json, next + 2)
    if (Number.isNaN(unit)) return MISFIT
    const paired = isHigh(unit)
    const point = paired ? 0x10000 + (unit - 0xd800) * 0x400 + (codeUnit(json, next + 8) - 0xdc00) : unit
    at += out.write(String.fromCodePoint(point), at)
    from = next + (paired ? 12 : 6)
  }
}

/** text: a JSON string's text; any other value as its JSON. Expects mended JSON (see `mended`). */
export const text: Encoder = (json, start, end, out, at) => {
  if (!isString(json, start)) return at + json.copy(out, at, start, end)
  for (let i = start + 1; i < end - 1; i++) {
    const byte = json[i]
    if (byte === BACKSLASH) return unescaped(json, start + 1, end - 1, out, at)
    out[at + i - start - 1] = byte ?? 0
  }
  return at + end - start - 2
}

/** jsonb: its version, 1, and the JSON as it came; the server parses it. Expects mended JSON. */
export const jsonb: Encoder = (json, start, end, out, at) => {
  out[at] = 1
  return at + 1 + json.copy(out, at + 1, start, end)
}

const UNICODE_ESCAPE = Buffer.from('\\u')
const SUSPICIOUS = ['\\u0000', '\\ud', '\\uD'].map(sequence => Buffer.from(sequence))

/** JSON without the escapes that PostgreSQL cannot hold, and the offsets at which they stood. */
export interface Mended {
  readonly json: Buffer
  readonly offsets: readonly number[]
}

/**
 * Replaces `\u0000`, which neither text nor jsonb can hold, and escaped halves of surrogate pairs by `\ufffd`, the
 * replacement character. The copy is as long as the original, so that offsets stay. Undefined when all is well.
 */
export const mended = (json: Buffer): Mended | undefined => {
  // Nearly every record has none of these, so one look is to be enough. `\\u0000` is no NUL: hence the closer one below.
  const first = json.indexOf(UNICODE_ESCAPE)
  if (first < 0 || !SUSPICIOUS.some(bytes => json.includes(bytes, first))) return undefined
  const offsets: number[] = []
  for (let at = json.indexOf(BACKSLASH); at >= 0; ) {
    let length = 2
    if (json[at + 1] === 0x75) {
      const unit = codeUnit(json, at + 2)
      const paired =
        isHigh(unit) && json[at + 6] === BACKSLASH && json[at + 7] === 0x75 && isLow(codeUnit(json, at + 8))
      length = paired ? 12 : 6
      if (unit === 0 || (!paired && (isHigh(unit) || isLow(unit)))) offsets.push(at)
    }
    at = json.indexOf(BACKSLASH, at + length)
  }
  if (offsets.length === 0) return undefined
  const copy = Buffer.from(json)
  for (const at of offsets) copy.write('\\ufffd', at, 'latin1')
  return { json: copy, offsets }
}
