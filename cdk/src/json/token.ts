/** Bytes that JSON's grammar (RFC 8259) gives a meaning to. */
export const SPACE = 0x20
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPEN_ARRAY = 0x5b
export const OPEN_OBJECT = 0x7b
export const CLOSE_ARRAY = 0x5d
export const CLOSE_OBJECT = 0x7d

/** The text is not JSON. Tells where and never what: what stands there may be a patient's. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
  constructor(
    /** Byte offset in the text. */
    readonly offset: number,
  ) {
    super(`not valid JSON at byte ${offset}`)
  }
}

/** The byte at `at`, or -1 behind the end: reading a typed array out of bounds is slow. */
export const byteAt = (bytes: Uint8Array, at: number): number => (at < bytes.length ? (bytes[at] as number) : -1)

/** Index of the first byte from `at` on that is not JSON white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  const end = bytes.length
  let i = at
  while (i < end) {
    const c = bytes[i] as number
    if (c !== SPACE && c !== 0x0a && c !== 0x0d && c !== 0x09) break
    i++
  }
  return i
}

/**
 * End of the string whose opening quote stands at `at`.
 * @throws JsonSyntaxError for a control character, an unknown escape or a missing end.
 */
export function skipString(bytes: Uint8Array, at: number): number {
  let i = at + 1
  for (;;) {
    const c = byteAt(bytes, i)
    if (c === QUOTE) return i + 1
    if (c === BACKSLASH) i = skipEscape(bytes, i)
    else if (c < SPACE) throw new JsonSyntaxError(i)
    else i++
  }
}

const escapes = new Set(Buffer.from('"\\/bfnrt'))

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39

/** End of the escape whose backslash stands at `at`. */
export function skipEscape(bytes: Uint8Array, at: number): number {
  const c = byteAt(bytes, at + 1)
  if (c !== 0x75) {
    if (!escapes.has(c)) throw new JsonSyntaxError(at)
    return at + 2
  }
  for (let i = at + 2; i < at + 6; i++) {
    const digit = byteAt(bytes, i)
    const letter = digit | 0x20
    if (!isDigit(digit) && !(letter >= 0x61 && letter <= 0x66)) throw new JsonSyntaxError(at)
  }
  return at + 6
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let i = at
  while (isDigit(byteAt(bytes, i))) i++
  if (i === at) throw new JsonSyntaxError(i)
  return i
}

/** End of the number at `at`; its digits are checked and never converted, so any size and precision passes. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  let i = byteAt(bytes, at) === 0x2d ? at + 1 : at
  i = byteAt(bytes, i) === 0x30 ? i + 1 : skipDigits(bytes, i)
  if (byteAt(bytes, i) === 0x2e) i = skipDigits(bytes, i + 1)
  if ((byteAt(bytes, i) | 0x20) === 0x65) {
    const sign = byteAt(bytes, i + 1)
    i = skipDigits(bytes, sign === 0x2b || sign === 0x2d ? i + 2 : i + 1)
  }
  return i
}

const literals = new Map(['true', 'false', 'null'].map(word => [word.charCodeAt(0), Buffer.from(word)]))

/** End of the number, `true`, `false` or `null` at `at`. */
export function skipScalar(bytes: Uint8Array, at: number): number {
  const literal = literals.get(byteAt(bytes, at))
  if (literal === undefined) return skipNumber(bytes, at)
  for (let i = 1; i < literal.length; i++) if (byteAt(bytes, at + i) !== literal[i]) throw new JsonSyntaxError(at)
  return at + literal.length
}
