import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import type { IncomingRecord, Sink, Writer } from '../../src/index.js'
import { type Clock, runWrite, type WriteLimits } from '../../src/write/index.js'

/** The bytes in chunks of these sizes. */
export function chunked(bytes: Buffer, sizes: Iterable<number>): Buffer[] {
  const chunks: Buffer[] = []
  let start = 0
  for (const size of sizes) {
    if (start >= bytes.length) break
    chunks.push(bytes.subarray(start, start + size))
    start += size
  }
  return chunks
}

export const record = (stream: string, n: number, extra = {}) =>
  JSON.stringify({ type: 'RECORD', record: { stream, emitted_at: 1_700_000_000_000, data: { n }, ...extra } })

export const state = (stream: string, streamState: unknown, extra = {}) =>
  JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: streamState }, ...extra },
  })

export const globalState = (states: Record<string, unknown>) =>
  JSON.stringify({
    type: 'STATE',
    state: {
      type: 'GLOBAL',
      global: {
        stream_states: Object.entries(states).map(([name, stream_state]) => ({
          stream_descriptor: { name },
          stream_state,
        })),
      },
    },
  })

export const status = (stream: string, status: string) =>
  JSON.stringify({
    type: 'TRACE',
    trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { stream_descriptor: { name: stream }, status } },
  })

export const configured = (name: string, extra: Partial<ConfiguredAirbyteStream> = {}): ConfiguredAirbyteStream => ({
  stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
  sync_mode: 'incremental',
  destination_sync_mode: 'append',
  ...extra,
})

/** A writer that keeps what it is given. While it is `held`, a write stays under way until `let` lets it end. */
export class Table implements Writer {
  settles: Writer['settles'] = 'write'
  readonly batches: string[][] = []
  readonly records: IncomingRecord[] = []
  finished: boolean | undefined
  held = false
  /** What the next write or finish ends with. */
  failure: Error | undefined
  keepsAside = false
  #waiting: { end: () => void; fail: (cause: unknown) => void }[] = []

  async write(records: readonly IncomingRecord[], signal: AbortSignal): Promise<void> {
    this.batches.push(records.map(({ data }) => String(JSON.parse(data.toString()).n)))
    this.records.push(...records)
    if (this.held) {
      await new Promise<void>((end, fail) => {
        this.#waiting.push({ end, fail })
        signal.addEventListener('abort', () => fail(signal.reason))
      })
    }
    if (this.failure) throw this.failure
  }

  async finish(complete: boolean): Promise<boolean> {
    if (this.failure) throw this.failure
    this.finished = complete
    return complete || !this.keepsAside
  }

  /** Ends the write under way. */
  let(): void {
    this.#waiting.shift()?.end()
  }
}

/** A clock that stands until it is moved. */
export class FakeClock implements Clock {
  #now = 0
  #timers: { at: number; run: () => void }[] = []

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  pass(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers.filter(({ at }) => at <= this.#now)) {
      this.#timers = this.#timers.filter(other => other !== timer)
      timer.run()
    }
  }

  get running(): number {
    return this.#timers.length
  }
}

/** A sync whose input is fed line by line, and whose tables and output are in sight. */
export class Sync {
  readonly tables: Record<string, Table> = {}
  readonly emitted: string[] = []
  readonly logged: string[] = []
  readonly clock = new FakeClock()
  readonly stop = new AbortController()
  /** How many lines were asked for. */
  taken = 0
  #lines: (Buffer | undefined)[] = []
  #wake = () => {}

  readonly #configured: ConfiguredAirbyteStream[]

  constructor(...streams: readonly (string | ConfiguredAirbyteStream)[]) {
    this.#configured = streams.map(stream => (typeof stream === 'string' ? configured(stream) : stream))
    for (const { stream } of this.#configured) this.tables[stream.name] = new Table()
  }

  table(name: string): Table {
    const table = this.tables[name]
    if (!table) throw new Error(`no table ${name}`)
    return table
  }

  /** Each line is a chunk of its own. */
  async feed(...lines: readonly string[]): Promise<void> {
    this.#lines.push(...lines.map(line => Buffer.from(`${line}\n`)))
    await this.turn()
  }

  async end(): Promise<void> {
    this.#lines.push(undefined)
    await this.turn()
  }

  /** Lets everything go on until it waits for something from outside. */
  async turn(): Promise<void> {
    this.#wake()
    for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
  }

  run(limits: Partial<WriteLimits> = {}, input: AsyncIterable<Buffer> = this.#input()): Promise<void> {
    const sink: Sink = { writer: async ({ stream }) => this.table(stream.name), close: async () => {} }
    return this.runInto(sink, limits, input)
  }

  runInto(sink: Sink, limits: Partial<WriteLimits> = {}, input: AsyncIterable<Buffer> = this.#input()): Promise<void> {
    const say = (level: string) => (message: string) => this.logged.push(`${level} ${message}`)
    return runWrite({
      input,
      catalog: { streams: this.#configured },
      sink,
      emit: {
        raw: async line => {
          this.emitted.push(line)
        },
      },
      log: { error: say('ERROR'), warn: say('WARN'), info: say('INFO'), debug: () => {} },
      limits,
      signal: this.stop.signal,
      clock: this.clock,
    })
  }

  /** The states that went back: what they hold, and the recordCount. */
  get states(): [unknown, number][] {
    return this.emitted.map(line => {
      const { state } = JSON.parse(line)
      return [state.stream?.stream_state ?? 'GLOBAL', state.destinationStats.recordCount]
    })
  }

  async *#input(): AsyncGenerator<Buffer> {
    for (;;) {
      while (this.#lines.length === 0) {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
      const line = this.#lines.shift()
      if (line === undefined) return
      this.taken++
      yield line
    }
  }
}
