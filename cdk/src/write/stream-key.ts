import type { StreamDescriptor } from '@openehr-connectors/spec'

/** Identifies a stream by its namespace and name. PyAirbyte writes null, others nothing, for no namespace. */
export const streamKey = (name: string, namespace: string | null | undefined): string =>
  `${namespace ?? ''}\u0000${name}`

/** The stream as a message names it. */
export const streamTitle = ({ name, namespace }: StreamDescriptor): string =>
  namespace ? `${namespace}.${name}` : name
