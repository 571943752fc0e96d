import {
  type ByteBuilder,
  compactValue,
  JsonSyntaxError,
  skipSpace,
  skipValue,
  spells,
  TransientError,
  textOf,
} from '@openehr-connectors/cdk'

/** One row of a result set: its short columns as text, and where its payload stands in the page's text. */
export interface Row {
  readonly values: Readonly<Record<string, string | null>>
  readonly payload: Payload | undefined
}

/** A canonical JSON object in a page's text, with the spans of its own members. */
export interface Payload {
  readonly start: number
  readonly end: number
  /** Four numbers a member: where its key (without quotes) and its value begin and end. */
  readonly members: readonly number[]
}

/**
 * A RESULT_SET (openEHR REST, Query API). Payloads are copied byte for byte but for white space, never parsed:
 * `22.0` stays `22.0`, and 20-digit numbers keep their digits.
 */
export interface Page {
  readonly rows: readonly Row[]
  /** Holds every row's payload. Borrowed: the next page that is read with the same builder overwrites it. */
  readonly text: Buffer
  /** Bytes of the answer. */
  readonly size: number
  /** The most rows that the server serves at once, where it says so. */
  readonly maxLimit: number | undefined
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b

/**
 * Reads an answer whose columns stand in the order of the SELECT; the one named `payload` is kept as text.
 * @throws TransientError when the answer is not a complete result set
 */
export const readPage = (
  body: Buffer,
  columns: readonly string[],
  payload: string | undefined,
  out: ByteBuilder,
): Page => {
  out.reset()
  try {
    const { rows, maxLimit } = readResultSet(body, columns, payload, out)
    return { rows, text: out.view(), size: body.length, maxLimit }
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw new TransientError('The server sent an answer to a query that is not a complete result set.', { cause })
  }
}

const readResultSet = (body: Buffer, columns: readonly string[], payload: string | undefined, out: ByteBuilder) => {
  let rows: Row[] = []
  let maxLimit: number | undefined
  let at = expect(body, skipSpace(body, 0), OPEN_OBJECT)
  while (body[at] === QUOTE) {
    const keyEnd = skipValue(body, at)
    const key = body.toString('latin1', at + 1, keyEnd - 1)
    at = skipSpace(body, skipSpace(body, keyEnd) + 1)
    const start = at
    if (key === 'rows' && body[at] === OPEN_ARRAY) {
      rows = []
      at = readRows(body, at, columns, payload, out, rows)
    } else at = skipValue(body, at)
    if (key === 'meta') maxLimit = maxLimitOf(JSON.parse(body.toString('utf8', start, at)))
    at = skipSpace(body, at)
    if (body[at] === COMMA) at = skipSpace(body, at + 1)
  }
  if (body[at] !== 0x7d) throw new JsonSyntaxError(at)
  return { rows, maxLimit }
}

const maxLimitOf = (meta: unknown): number | undefined => {
  const limit = typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>)['max-limit'] : undefined
  return typeof limit === 'number' && limit > 0 ? limit : undefined
}

const readRows = (
  body: Buffer,
  from: number,
  columns: readonly string[],
  payload: string | undefined,
  out: ByteBuilder,
  rows: Row[],
): number => {
  let at = skipSpace(body, from + 1)
  while (body[at] === OPEN_ARRAY) {
    at = skipSpace(body, at + 1)
    const values: Record<string, string | null> = {}
    let object: Payload | undefined
    for (const column of columns) {
      if (column === payload && body[at] === OPEN_OBJECT) {
        const members: number[] = []
        const start = out.length
        at = compactValue(body, at, out, (...span) => void members.push(...span))
        object = { start, end: out.length, members }
      } else {
        const end = skipValue(body, at)
        values[column] = cell(body, at, end)
        at = end
      }
      at = skipSpace(body, at)
      if (body[at] === COMMA) at = skipSpace(body, at + 1)
    }
    at = skipSpace(body, expect(body, at, CLOSE_ARRAY))
    rows.push({ values, payload: object })
    if (body[at] === COMMA) at = skipSpace(body, at + 1)
  }
  return expect(body, at, CLOSE_ARRAY)
}

const cell = (body: Buffer, start: number, end: number): string | null => {
  if (body[start] === QUOTE) return textOf(body, start + 1, end - 1)
  const text = body.toString('latin1', start, end)
  return text === 'null' ? null : text
}

/** The span of a payload's own member, if it has one of that name. */
export const memberSpan = ({ text }: Page, { members }: Payload, name: string): [number, number] | undefined => {
  for (let i = 0; i < members.length; i += 4) {
    const [keyStart = 0, keyEnd = 0, valueStart = 0, valueEnd = 0] = members.slice(i, i + 4)
    if (spells(text, keyStart, keyEnd, name)) return [valueStart, valueEnd]
  }
  return undefined
}

const expect = (body: Buffer, at: number, byte: number): number => {
  if (body[at] !== byte) throw new JsonSyntaxError(at)
  return skipSpace(body, at + 1)
}
