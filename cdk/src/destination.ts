import type { ConfiguredAirbyteStream, ConnectorSpecification } from '@openehr-connectors/spec'
import type { RecordChange } from './protocol/record.js'
import type { Context } from './source.js'
import type { WriteLimits } from './write/index.js'

/**
 * A record as it came in. `data` is the JSON text of its data, byte for byte as the source wrote it, and the writer's to
 * read until `write` settles.
 */
export interface IncomingRecord {
  readonly data: Buffer
  /** Milliseconds since 1970; becomes `_airbyte_extracted_at`. */
  readonly emittedAt: number
  readonly changes: readonly RecordChange[]
}

/** Takes the records of one stream. One `write` at a time; the next batch is gathered meanwhile. */
export interface Writer {
  /**
   * When the states that lie behind a batch may go back: as soon as `write` resolves, or only when `finish` has put
   * the rows in place, because a later attempt could not find them again.
   */
  readonly settles: 'write' | 'finish'
  /** Resolves when the records are durable. Not before. Throws when any of them is not. */
  write(records: readonly IncomingRecord[], signal: AbortSignal): Promise<void>
  /**
   * The stream has ended. `complete`: there is evidence that the source read all of it, so what a full refresh
   * replaces may now be replaced. Resolves true when what was written is in place, false when it was kept aside.
   */
  finish(complete: boolean): Promise<boolean>
}

/** The open destination of one sync. */
export interface Sink {
  /** How much is gathered before it is written, and how long; what is left out has a default. */
  readonly limits?: Partial<WriteLimits>
  writer(stream: ConfiguredAirbyteStream): Promise<Writer>
  close(): Promise<void>
}

export interface Destination<Config> {
  readonly specification: ConnectorSpecification
  /** Validates, fills in defaults. Throws ConfigError, which names the field and never its value. */
  configure(config: unknown): Config
  check(config: Config, context: Context): Promise<void>
  open(config: Config, context: Context): Promise<Sink>
}
