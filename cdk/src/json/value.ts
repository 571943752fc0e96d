import type { ByteBuilder } from './compact.js'
import { JsonSyntaxError, skipEscape, skipScalar, skipSpace } from './token.js'

/** A member of an object: the span of its key without the quotes, escapes left as they are, and of its value. */
export type MemberVisitor = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void

// Not imported: a constant of another module is loaded anew for every byte, which made the scan 1.7 times slower.
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What may come next. The odd ones allow a closing bracket, those from KEY to FIRST_KEY a key. */
const VALUE = 0
const FIRST_VALUE = 1
const KEY = 2
const FIRST_KEY = 3
const COLON_OF_KEY = 4
const NEXT = 5

/** The closing brackets of the values around the one that is scanned; shared, as a scan never pauses inside a value. */
let outer = new Uint8Array(256)

function deeper() {
  const larger = new Uint8Array(outer.length * 2)
  larger.set(outer)
  outer = larger
  return larger
}

/**
 * Scans the JSON value at `at`, white space before it allowed, and returns its end. The whole grammar of RFC 8259 is
 * checked, without recursion, so that no depth of nesting overflows the stack.
 * With `out` the value is copied there without insignificant white space; with `visit` too, the members of an object
 * (not those of the objects within) are told as spans of `out.view()`, each as soon as it is copied.
 *
 * One loop over tokens with the string's loop inside: split into functions it ran at half the speed. Behind the end
 * `bytes[i]` is undefined, which no comparison accepts.
 */
export function scanValue(bytes: Uint8Array, at: number, out?: ByteBuilder, visit?: MemberVisitor): number {
  let stack = outer
  let depth = 0
  let closer = 0
  let expect = VALUE
  let i = at
  // What lies between two stretches of white space is copied in one go, and here: a call for each took a third of the time.
  let run = at
  const copying = out !== undefined
  const target = out?.reserve(bytes.length - at) ?? bytes
  let o = out?.length ?? 0
  // The depth whose members are told, and the member that is being copied.
  const told = visit !== undefined && out !== undefined ? 1 : -1
  let keyStart = -1
  let keyEnd = -1
  let valueStart = -1

  for (;;) {
    let c = bytes[i] as number
    if (c <= SPACE) {
      const start = i
      while (c === SPACE || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++i] as number
      if (copying) {
        for (let from = run; from < start; from++) target[o++] = bytes[from] as number
        run = i
      }
    }

    if (c === QUOTE) {
      if (expect > FIRST_KEY) throw new JsonSyntaxError(i)
      const start = i
      c = bytes[++i] as number
      for (;;) {
        while (c > QUOTE && c !== BACKSLASH) c = bytes[++i] as number
        if (c === QUOTE) break
        if (c === BACKSLASH) i = skipEscape(bytes, i)
        else if (c >= SPACE) i++
        else throw new JsonSyntaxError(i)
        c = bytes[i] as number
      }
      i++
      if (expect >= KEY) {
        if (depth === told) {
          keyStart = o + start + 1 - run
          keyEnd = o + i - 1 - run
          expect = COLON_OF_KEY
        } else if (bytes[i] === COLON) {
          expect = VALUE
          i++
        } else expect = COLON_OF_KEY
        continue
      }
    } else if (c === COMMA && expect === NEXT) {
      expect = closer === CLOSE_OBJECT ? KEY : VALUE
      i++
      continue
    } else if (c === closer && (expect & 1) === 1) {
      closer = stack[--depth] as number
      i++
    } else if (c === COLON && expect === COLON_OF_KEY) {
      expect = VALUE
      i++
      if (depth === told) {
        while (run < i) target[o++] = bytes[run++] as number
        i = skipSpace(bytes, i)
        run = i
        valueStart = o
      }
      continue
    } else if (expect > FIRST_VALUE) {
      throw new JsonSyntaxError(i)
    } else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      if (depth === stack.length) stack = deeper()
      stack[depth++] = closer
      // In ASCII each of the two closing brackets stands two behind its opening one.
      closer = c + 2
      expect = c === OPEN_OBJECT ? FIRST_KEY : FIRST_VALUE
      i++
      continue
    } else i = skipScalar(bytes, i)

    // A value has ended.
    expect = NEXT
    if (depth === 0) {
      if (copying) {
        while (run < i) target[o++] = bytes[run++] as number
        out.seek(o)
      }
      return i
    }
    if (depth === told && keyStart >= 0) {
      while (run < i) target[o++] = bytes[run++] as number
      out?.seek(o)
      visit?.(keyStart, keyEnd, valueStart, o)
      keyStart = -1
    }
  }
}
