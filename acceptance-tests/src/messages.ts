import type {
  AirbyteCatalog,
  AirbyteErrorTraceMessage,
  AirbyteMessage,
  AirbyteRecordMessage,
  AirbyteStateMessage,
  AirbyteStream,
  ConfiguredAirbyteStream,
} from '@openehr-connectors/spec'

type Messages = readonly AirbyteMessage[]

/** What a connector said, sorted by kind; of one stream when one is named. */
export const recordsOf = (messages: Messages, stream?: string): AirbyteRecordMessage[] =>
  messages.flatMap(({ record }) => (record && (stream ?? record.stream) === record.stream ? [record] : []))

export const statesOf = (messages: Messages, stream?: string): AirbyteStateMessage[] =>
  messages.flatMap(({ state }) => (state && (stream ?? streamOf(state)) === streamOf(state) ? [state] : []))

export const statusesOf = (messages: Messages, stream: string): string[] =>
  messages.flatMap(({ trace }) =>
    trace?.stream_status?.stream_descriptor.name === stream ? [trace.stream_status.status] : [],
  )

export const errorsOf = (messages: Messages): AirbyteErrorTraceMessage[] =>
  messages.flatMap(({ trace }) => trace?.error ?? [])

/** @throws Error when there is not exactly one */
export function catalogOf(messages: Messages): AirbyteCatalog {
  const [catalog, ...more] = messages.flatMap(({ catalog }) => catalog ?? [])
  if (!catalog || more.length > 0) throw new Error(`Of catalogs there are ${catalog ? more.length + 1 : 0}.`)
  return catalog
}

/** The last state of each stream: what the next sync is given. */
export const lastStates = (messages: Messages): AirbyteStateMessage[] => [
  ...new Map(statesOf(messages).map(state => [streamOf(state), state])).values(),
]

export const streamOf = ({ stream }: AirbyteStateMessage): string | undefined => stream?.stream_descriptor.name

/** A stream as a sync asks for it: incrementally if it can be. */
export const configured = (
  stream: AirbyteStream,
  mode: 'incremental' | 'full_refresh' = stream.supported_sync_modes.includes('incremental')
    ? 'incremental'
    : 'full_refresh',
): ConfiguredAirbyteStream => ({ stream, sync_mode: mode, destination_sync_mode: 'append' })
