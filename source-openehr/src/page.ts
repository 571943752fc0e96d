import {
  ByteBuilder,
  compactValue,
  JsonSyntaxError,
  skipSpace,
  skipValue,
  spells,
  TransientError,
  textOf,
} from '@openehr-connectors/cdk'
import { Spans } from './spans.js'

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
  readonly members: Int32Array
}

/**
 * A RESULT_SET (openEHR REST, Query API). Payloads are copied byte for byte but for white space, never parsed:
 * `22.0` stays `22.0`, and 20-digit numbers keep their digits. Borrowed: the reader's next page overwrites it.
 */
export interface Page {
  readonly length: number
  /** A row is made when it is asked for: a page of objects that live as long as the page would fill the heap's old space. */
  row(index: number): Row
  /** Holds every row's payload. */
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
const CLOSE_OBJECT = 0x7d

/** Reads pages, each into the memory of the one before. */
export class PageReader {
  private readonly text = new ByteBuilder()
  /** A row after the other: two numbers a column, then those of the payload's members. */
  private readonly spans = new Spans()
  /** Where each row's numbers begin. */
  private starts: number[] = []

  /**
   * Reads an answer whose columns stand in the order of the SELECT; the one named `payload` is kept as text.
   * @throws TransientError when the answer is not a complete result set
   */
  read(body: Buffer, columns: readonly string[], payload: string | undefined): Page {
    this.text.reset()
    this.spans.reset()
    this.starts = []
    try {
      const maxLimit = this.resultSet(body, columns, payload)
      const { starts, spans } = this
      const text = this.text.view()
      const row = (index: number): Row =>
        rowAt(text, spans, starts[index] ?? 0, starts[index + 1] ?? spans.length, columns, payload)
      return { length: starts.length, row, text, size: body.length, maxLimit }
    } catch (cause) {
      if (!(cause instanceof JsonSyntaxError)) throw cause
      throw new TransientError('The server sent an answer to a query that is not a complete result set.', { cause })
    }
  }

  private resultSet(body: Buffer, columns: readonly string[], payload: string | undefined): number | undefined {
    let maxLimit: number | undefined
    let at = expect(body, skipSpace(body, 0), OPEN_OBJECT)
    while (body[at] === QUOTE) {
      const keyEnd = skipValue(body, at)
      const key = body.toString('latin1', at + 1, keyEnd - 1)
      at = skipSpace(body, skipSpace(body, keyEnd) + 1)
      const start = at
      at = key === 'rows' && body[at] === OPEN_ARRAY ? this.rows(body, at, columns, payload) : skipValue(body, at)
      if (key === 'meta') maxLimit = maxLimitOf(JSON.parse(body.toString('utf8', start, at)))
      at = skipSpace(body, at)
      if (body[at] === COMMA) at = skipSpace(body, at + 1)
    }
    if (body[at] !== CLOSE_OBJECT) throw new JsonSyntaxError(at)
    return maxLimit
  }

  private rows(body: Buffer, from: number, columns: readonly string[], payload: string | undefined): number {
    let at = skipSpace(body, from + 1)
    while (body[at] === OPEN_ARRAY) {
      at = skipSpace(body, at + 1)
      const start = this.spans.length
      this.starts.push(start)
      this.spans.extend(2 * columns.length)
      for (const [index, column] of columns.entries()) {
        const before = this.text.length
        if (column === payload && body[at] === OPEN_OBJECT) at = compactValue(body, at, this.text, this.tellMember)
        else {
          const end = skipValue(body, at)
          this.text.append(body, at, end)
          at = end
        }
        this.spans.set(start + 2 * index, before, this.text.length)
        at = skipSpace(body, at)
        if (body[at] === COMMA) at = skipSpace(body, at + 1)
      }
      at = skipSpace(body, expect(body, at, CLOSE_ARRAY))
      if (body[at] === COMMA) at = skipSpace(body, at + 1)
    }
    return expect(body, at, CLOSE_ARRAY)
  }

  private readonly tellMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void => {
    const at = this.spans.length
    this.spans.extend(4)
    this.spans.set(at, keyStart, keyEnd)
    this.spans.set(at + 2, valueStart, valueEnd)
  }
}

const rowAt = (
  text: Buffer,
  spans: Spans,
  from: number,
  to: number,
  columns: readonly string[],
  payloadColumn: string | undefined,
): Row => {
  const values: Record<string, string | null> = {}
  let payload: Payload | undefined
  for (const [index, column] of columns.entries()) {
    const [start, end] = spans.at(from + 2 * index)
    if (column !== payloadColumn) values[column] = cell(text, start, end)
    else if (text[start] === OPEN_OBJECT) payload = { start, end, members: spans.slice(from + 2 * columns.length, to) }
  }
  return { values, payload }
}

const maxLimitOf = (meta: unknown): number | undefined => {
  const limit = typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>)['max-limit'] : undefined
  return typeof limit === 'number' && limit > 0 ? limit : undefined
}

const cell = (text: Buffer, start: number, end: number): string | null => {
  if (text[start] === QUOTE) return textOf(text, start + 1, end - 1)
  const value = text.toString('latin1', start, end)
  return value === 'null' ? null : value
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
