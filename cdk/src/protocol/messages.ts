import type { AirbyteStream, ConnectorSpecification } from '@openehr-connectors/spec'
import type { LogLevel } from '../logger.js'

/** The messages of the protocol (0.18) as lines without their line end. */

export const specLine = (spec: ConnectorSpecification): string => JSON.stringify({ type: 'SPEC', spec })

export const catalogLine = (streams: readonly AirbyteStream[]): string =>
  JSON.stringify({ type: 'CATALOG', catalog: { streams } })

export const connectionStatusLine = (status: 'SUCCEEDED' | 'FAILED', message?: string): string =>
  JSON.stringify({ type: 'CONNECTION_STATUS', connectionStatus: { status, message } })

export const logLine = (level: LogLevel, message: string): string =>
  JSON.stringify({ type: 'LOG', log: { level, message } })

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'

export const streamStatusLine = (stream: string, status: StreamStatus): string =>
  JSON.stringify({
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: Date.now(),
      stream_status: { stream_descriptor: { name: stream }, status },
    },
  })

/**
 * @param state its JSON text
 * @param recordCount the records of the stream since its last state
 */
export function stateLine(stream: string, state: string, recordCount: number): string {
  const descriptor = JSON.stringify({ name: stream })
  // By hand: the schema asks for a double with a decimal point, and JSON.stringify prints 10 for 10.0.
  return (
    `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":${descriptor},"stream_state":${state}},` +
    `"sourceStats":{"recordCount":${recordCount}.0}}}`
  )
}
