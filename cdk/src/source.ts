import type {
  AirbyteStream,
  ConfiguredAirbyteStream,
  ConnectorSpecification,
  JsonObject,
} from '@openehr-connectors/spec'
import type { Logger } from './logger.js'
import type { RecordChange } from './protocol/record.js'

/**
 * A record's data: an object, or the same as compact UTF-8 JSON text.
 * Bytes are borrowed: they are valid only until the next item is pulled.
 */
export type RecordData = JsonObject | Uint8Array

/** What a reader yields, in the order in which it is sent. */
export type Item =
  | { readonly stream: string; readonly record: RecordData; readonly changes?: readonly RecordChange[] }
  /** A cursor: everything of this stream that was yielded before need not be read again. */
  | { readonly stream: string; readonly state: JsonObject }
  /** This stream of the reader has failed and yields no more; the others go on. */
  | { readonly stream: string; readonly failure: unknown }

/** One stream as the user configured it, with the state of the last sync. */
export interface SelectedStream {
  readonly name: string
  readonly configured: ConfiguredAirbyteStream
  readonly state: JsonObject | undefined
}

/** Reads one stream, or several that share a scan. */
export interface Reader {
  readonly streams: readonly string[]
  /**
   * Ends when every stream is read; the last item of each stream is a state. Throwing fails all its streams.
   * When `signal` aborts it stops as soon as it can, yields a state for what it has yielded, and returns.
   */
  read(signal: AbortSignal): AsyncIterable<Item>
}

/** What the runtime lends to a connector. */
export interface Context {
  readonly log: Logger
  readonly signal: AbortSignal
  /** Hides a value that was learned on the way, as an access token, in everything said from now on. */
  readonly addSecret?: (value: string) => void
}

export interface Source<Config> {
  readonly specification: ConnectorSpecification
  /** Validates, fills in defaults. Throws ConfigError, which names the field and never its value. */
  configure(config: unknown): Config
  /** Resolves when a sync would work. Throws ConfigError with what to change, TransientError when the server is down. */
  check(config: Config, context: Context): Promise<void>
  discover(config: Config, context: Context): Promise<AirbyteStream[]>
  /**
   * The readers of a sync, run one after another. A stream that no reader names is reported as unknown, the others are
   * read. Throws ConfigError for a catalog or state that does not fit as a whole.
   */
  open(config: Config, streams: readonly SelectedStream[], context: Context): Promise<Reader[]>
}
