import type { StreamDescriptor } from '@openehr-connectors/spec'

/** One text for (namespace, name). Some connectors write `null` for no namespace. */
export const streamKey = (stream: { readonly name: string; readonly namespace?: string | null | undefined }): string =>
  JSON.stringify([stream.namespace ?? null, stream.name])

/** The descriptor without a `null` namespace, which the protocol does not know. */
export const descriptor = (stream: {
  readonly name: string
  readonly namespace?: string | null | undefined
}): StreamDescriptor =>
  typeof stream.namespace === 'string' ? { name: stream.name, namespace: stream.namespace } : { name: stream.name }

/** How a stream is called in messages for people. */
export const streamTitle = (stream: {
  readonly name: string
  readonly namespace?: string | null | undefined
}): string => (typeof stream.namespace === 'string' ? `${stream.namespace}.${stream.name}` : stream.name)
