import type { JsonObject } from '@openehr-connectors/spec'
import type { Logger } from './logger.js'
import { errorTraceLine } from './protocol/error-trace.js'
import { type StreamStatus, stateLine, streamStatusLine } from './protocol/messages.js'
import type { Output } from './protocol/output.js'
import type { RecordChange } from './protocol/record.js'
import type { Secrets } from './secrets.js'
import type { RecordData } from './source.js'

/**
 * One stream of a read, from STARTED by RUNNING to COMPLETE or INCOMPLETE, after which it says no more (protocol 0.18,
 * AirbyteStreamStatusTraceMessage).
 */
export class StreamLife {
  #status: StreamStatus | undefined
  #records = 0
  /** Records since the last state. */
  #uncovered = 0
  #lastState: string | undefined

  constructor(
    readonly name: string,
    private readonly output: Output,
    private readonly secrets: Secrets,
    private readonly log: Logger,
  ) {}

  get ended(): boolean {
    return this.#status === 'COMPLETE' || this.#status === 'INCOMPLETE'
  }

  get complete(): boolean {
    return this.#status === 'COMPLETE'
  }

  start(): Promise<void> {
    return this.#become('STARTED')
  }

  /** @returns what to await before the next item; nothing while stdout has room */
  record(data: RecordData, changes?: readonly RecordChange[]): Promise<void> | undefined {
    const room = this.output.record(this.name, data, Date.now(), changes)
    this.#records++
    this.#uncovered++
    return this.#status === 'RUNNING' ? room : this.#run(room)
  }

  /** Sends a cursor, unless it says the same as the last one: the platform wants no two equal states in a row. */
  async state(state: JsonObject): Promise<void> {
    // At once: the reader may go on to change the object.
    const json = JSON.stringify(state)
    await this.#run()
    if (json === this.#lastState && this.#uncovered === 0) return
    const line = stateLine(this.name, json, this.#uncovered)
    this.#lastState = json
    this.#uncovered = 0
    await this.output.raw(line)
  }

  /** The stream was read to its end. Fails instead when that end could not be resumed from. */
  async finish(): Promise<void> {
    if (this.#lastState === undefined || this.#uncovered > 0)
      return this.fail(new Error(`The stream ${this.name} ended without a state behind its last record.`))
    await this.#become('COMPLETE')
    this.log.info(`Stream ${this.name}: ${this.#records} records read.`)
  }

  async fail(error: unknown): Promise<void> {
    if (this.ended) return
    await this.#become('INCOMPLETE')
    await this.output.raw(errorTraceLine(error, this.secrets, { name: this.name }))
  }

  /** The run was stopped before the stream was read to its end. That is nobody's failure. */
  async interrupt(): Promise<void> {
    if (!this.ended) await this.#become('INCOMPLETE')
  }

  /** RUNNING is due even to a stream without records: Airbyte's acceptance tests look for it. */
  async #run(room?: Promise<void>): Promise<void> {
    await room
    if (this.#status === 'STARTED') await this.#become('RUNNING')
  }

  async #become(status: StreamStatus): Promise<void> {
    this.#status = status
    await this.output.raw(streamStatusLine(this.name, status))
  }
}
