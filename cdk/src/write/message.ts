import { JsonSyntaxError, skipSpace, skipValue, spells, takeMembers, textOf } from '../json/index.js'
import type { RecordChange } from '../protocol/record.js'
import { asObject, readDescriptor, readState, type StateMessage } from './state-message.js'
import { streamKey } from './stream-key.js'

/** A RECORD. Its data stays where it is: bytes `dataStart` to `dataEnd` of `line`. */
export interface RecordMessage {
  readonly type: 'RECORD'
  readonly stream: string
  readonly name: string
  readonly line: Buffer
  readonly dataStart: number
  readonly dataEnd: number
  /** Milliseconds since 1970. */
  readonly emittedAt: number
  readonly changes: readonly RecordChange[]
}

/** The end of a stream, as the source or the platform tells it. */
export interface StatusMessage {
  readonly type: 'STATUS'
  readonly stream: string
  readonly status: 'COMPLETE' | 'INCOMPLETE'
}

export type Message = RecordMessage | StateMessage | StatusMessage

const QUOTE = 0x22
const OPEN_OBJECT = 0x7b
const noChanges: readonly RecordChange[] = []

/** Where the value of a known key stands in the line. */
class Span {
  start = -1
  end = -1

  constructor(readonly key: string) {}
}

const forget = (spans: readonly Span[]): void => {
  for (const span of spans) span.start = -1
}

/**
 * Reads lines as messages of the protocol, by scanning: every byte is looked at once and a record's data is never
 * parsed. The whole line must be JSON (see skipValue for what that does not notice); keys come in any order, and those
 * that are not known are passed over.
 */
export class MessageReader {
  #line: Buffer = Buffer.alloc(0)
  readonly #type = new Span('type')
  readonly #state = new Span('state')
  readonly #trace = new Span('trace')
  readonly #envelope = [this.#type, this.#state, this.#trace]
  readonly #data = new Span('data')
  readonly #stream = new Span('stream')
  readonly #namespace = new Span('namespace')
  readonly #emittedAt = new Span('emitted_at')
  readonly #meta = new Span('meta')
  readonly #record = [this.#data, this.#stream, this.#namespace, this.#emittedAt, this.#meta]
  readonly #names = new Map<string, { stream: string; name: string }>()

  /**
   * @returns undefined for a message that a destination has no use for
   * @throws Error naming the line's number, and nothing of its content, when it is broken
   */
  read(line: Buffer, number: number): Message | undefined {
    this.#line = line
    forget(this.#envelope)
    forget(this.#record)
    try {
      const end = takeMembers(line, 0, this.#takeMember)
      if (skipSpace(line, end) !== line.length) throw new JsonSyntaxError(end)
      return this.#message()
    } catch (cause) {
      throw new Error(`Line ${number} of the input is broken: ${(cause as Error).message}.`, { cause })
    }
  }

  readonly #takeMember = (keyStart: number, keyEnd: number, at: number): number => {
    if (!spells(this.#line, keyStart, keyEnd, 'record')) return this.#take(this.#envelope, keyStart, keyEnd, at)
    // A key that comes twice counts as it came last.
    forget(this.#record)
    return this.#line[at] === OPEN_OBJECT
      ? takeMembers(this.#line, at, this.#takeRecordMember)
      : skipValue(this.#line, at)
  }

  readonly #takeRecordMember = (keyStart: number, keyEnd: number, at: number): number =>
    this.#take(this.#record, keyStart, keyEnd, at)

  #take(spans: readonly Span[], keyStart: number, keyEnd: number, at: number): number {
    const end = skipValue(this.#line, at)
    for (const span of spans) {
      if (!spells(this.#line, keyStart, keyEnd, span.key)) continue
      span.start = at
      span.end = end
      break
    }
    return end
  }

  #message(): Message | undefined {
    if (this.#is(this.#type, 'RECORD')) return this.#readRecord()
    if (this.#is(this.#type, 'STATE')) {
      if (!this.#opens(this.#state, OPEN_OBJECT)) throw new Error('its STATE is missing')
      return readState(this.#line, this.#state.start, this.#state.end)
    }
    return this.#is(this.#type, 'TRACE') && this.#opens(this.#trace, OPEN_OBJECT) ? this.#readStatus() : undefined
  }

  #readRecord(): RecordMessage {
    // An empty object is a record as any other; the platform lets none through, and counts none.
    if (!this.#opens(this.#data, OPEN_OBJECT)) throw new Error('the data of its RECORD is not an object')
    const { stream, name } = this.#readDescriptor()
    return {
      type: 'RECORD',
      stream,
      name,
      line: this.#line,
      dataStart: this.#data.start,
      dataEnd: this.#data.end,
      emittedAt: this.#milliseconds(),
      changes: this.#opens(this.#meta, OPEN_OBJECT) ? readChanges(this.#parse(this.#meta)) : noChanges,
    }
  }

  /** A sync has few streams and many records: the text of each name is made once. */
  #readDescriptor(): { stream: string; name: string } {
    if (!this.#opens(this.#stream, QUOTE)) throw new Error('its RECORD names no stream')
    const namespaced = this.#opens(this.#namespace, QUOTE)
    const spelling = this.#latin1(this.#stream) + (namespaced ? this.#latin1(this.#namespace) : '')
    let known = this.#names.get(spelling)
    if (known === undefined) {
      const name = textOf(this.#line, this.#stream.start + 1, this.#stream.end - 1)
      const namespace = namespaced ? textOf(this.#line, this.#namespace.start + 1, this.#namespace.end - 1) : undefined
      known = { name, stream: streamKey(name, namespace) }
      this.#names.set(spelling, known)
    }
    return known
  }

  #milliseconds(): number {
    const time = this.#emittedAt.start < 0 ? Number.NaN : Number(this.#latin1(this.#emittedAt))
    if (!Number.isFinite(time)) throw new Error('the emitted_at of its RECORD is not a number')
    // PyAirbyte replays its cache in seconds; 1e11 milliseconds were over in 1973.
    return Math.round(time < 1e11 ? time * 1000 : time)
  }

  #readStatus(): StatusMessage | undefined {
    const trace = asObject(this.#parse(this.#trace))
    if (trace?.type !== 'STREAM_STATUS') return undefined
    const { status, stream_descriptor } = asObject(trace.stream_status) ?? {}
    const stream = readDescriptor(stream_descriptor)?.stream
    if (stream === undefined || (status !== 'COMPLETE' && status !== 'INCOMPLETE')) return undefined
    return { type: 'STATUS', stream, status }
  }

  #opens(span: Span, byte: number): boolean {
    return span.start >= 0 && this.#line[span.start] === byte
  }

  #is(span: Span, word: string): boolean {
    return this.#opens(span, QUOTE) && spells(this.#line, span.start + 1, span.end - 1, word)
  }

  #latin1({ start, end }: Span): string {
    return this.#line.toString('latin1', start, end)
  }

  #parse({ start, end }: Span): unknown {
    return JSON.parse(this.#line.toString('utf8', start, end))
  }
}

function readChanges(meta: unknown): readonly RecordChange[] {
  const changes = asObject(meta)?.changes
  return Array.isArray(changes) ? (changes.filter(asObject) as unknown as RecordChange[]) : noChanges
}
