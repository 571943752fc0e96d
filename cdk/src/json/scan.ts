import {
  BACKSLASH,
  byteAt,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonSyntaxError,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
} from './token.js'
import { type MemberVisitor, scanValue } from './value.js'

/**
 * End of the JSON value at `at`; white space before it is allowed. The grammar is checked, numbers and escapes
 * included. Not noticed: bytes that are not UTF-8, surrogates without their other half, keys that come twice.
 * @throws JsonSyntaxError
 */
export const skipValue = (bytes: Uint8Array, at: number): number => scanValue(bytes, at)

/** Consumes the value at `valueStart` and returns its end. The key's span is without quotes, its escapes untouched. */
export type MemberTaker = (keyStart: number, keyEnd: number, valueStart: number) => number

/**
 * Walks the object at `at` and leaves each value to `take`, which may look inside on its way: each byte is then
 * looked at once, however deep the caller's interest goes. Returns the object's end.
 * @throws JsonSyntaxError, also when the value is no object.
 */
export function takeMembers(bytes: Uint8Array, at: number, take: MemberTaker): number {
  let i = skipSpace(bytes, at)
  if (byteAt(bytes, i) !== OPEN_OBJECT) throw new JsonSyntaxError(i)
  i = skipSpace(bytes, i + 1)
  if (byteAt(bytes, i) === CLOSE_OBJECT) return i + 1
  for (;;) {
    const keyStart = i + 1
    if (byteAt(bytes, i) !== QUOTE) throw new JsonSyntaxError(i)
    i = skipString(bytes, i)
    const keyEnd = i - 1
    i = skipSpace(bytes, i)
    if (byteAt(bytes, i) !== COLON) throw new JsonSyntaxError(i)
    i = skipSpace(bytes, take(keyStart, keyEnd, skipSpace(bytes, i + 1)))
    const c = byteAt(bytes, i)
    if (c === CLOSE_OBJECT) return i + 1
    if (c !== COMMA) throw new JsonSyntaxError(i)
    i = skipSpace(bytes, i + 1)
  }
}

/** Visits the members of the object at `at` and returns its end. See {@link takeMembers}. */
export const members = (bytes: Uint8Array, at: number, visit: MemberVisitor): number =>
  takeMembers(bytes, at, (keyStart, keyEnd, valueStart) => {
    const valueEnd = scanValue(bytes, valueStart)
    visit(keyStart, keyEnd, valueStart, valueEnd)
    return valueEnd
  })

/**
 * Visits the elements of the array at `at` and returns its end.
 * @throws JsonSyntaxError, also when the value is no array.
 */
export function elements(bytes: Uint8Array, at: number, visit: (start: number, end: number) => void): number {
  let i = skipSpace(bytes, at)
  if (byteAt(bytes, i) !== OPEN_ARRAY) throw new JsonSyntaxError(i)
  i = skipSpace(bytes, i + 1)
  if (byteAt(bytes, i) === CLOSE_ARRAY) return i + 1
  for (;;) {
    const end = scanValue(bytes, i)
    visit(i, end)
    i = skipSpace(bytes, end)
    const c = byteAt(bytes, i)
    if (c === CLOSE_ARRAY) return i + 1
    if (c !== COMMA) throw new JsonSyntaxError(i)
    i = skipSpace(bytes, i + 1)
  }
}

/** Whether the text of a string, as the span between its quotes, is `word` (ASCII). Escapes are understood. */
export function spells(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  const size = end - start
  if (size === word.length) {
    for (let i = 0; i < size; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false
    return true
  }
  return size > word.length && bytes.subarray(start, end).includes(BACKSLASH) && textOf(bytes, start, end) === word
}

/** The text of a string, as the span between its quotes. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const span = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  return span.includes(BACKSLASH) ? (JSON.parse(`"${span.toString()}"`) as string) : span.toString()
}
