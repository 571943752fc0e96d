import type { StreamDescriptor } from '@openehr-connectors/spec'
import { streamTitle } from './stream-key.js'

/** Streams that could not be written, each with its own cause; the others were. */
export class StreamFailures extends Error {
  override readonly name = 'StreamFailures'
  constructor(readonly failures: readonly { readonly stream: StreamDescriptor; readonly cause: unknown }[]) {
    super(`These streams could not be written: ${failures.map(({ stream }) => streamTitle(stream)).join(', ')}.`)
  }
}
