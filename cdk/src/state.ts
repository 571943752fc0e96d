import { type AirbyteStateMessage, type JsonObject, validateStates } from '@openehr-connectors/spec'
import { ConfigError } from './errors.js'
import { readJsonFile, readText } from './json-file.js'
import { refuse } from './validity.js'

/**
 * Reads the state of the last sync: an array of STREAM states. Missing, `[]` and `{}` mean that there was none.
 * @returns each stream's state by its name
 * @throws ConfigError for anything else. To ignore a GLOBAL or LEGACY state would be to read everything once more
 *   without a word; none of our sources ever wrote one.
 */
export async function readState(path: string | undefined): Promise<Map<string, JsonObject>> {
  const states = new Map<string, JsonObject>()
  if (path === undefined || (await readText(path)) === undefined) return states
  const file = await readJsonFile(path, '--state')
  if (isEmptyObject(file)) return states
  refuse(validateStates(file), 'state')
  for (const { type, stream, data } of file as AirbyteStateMessage[]) {
    // What an old platform hands to a connection that has never run.
    if (type === 'LEGACY' && isEmptyObject(data ?? {})) continue
    if (type !== 'STREAM' || stream === undefined)
      throw new ConfigError(
        `The state is of type ${type ?? 'LEGACY'}, which this source does not write. Clear it to read from the start.`,
      )
    // The platform gives an empty one to a stream that has none.
    const { stream_descriptor, stream_state = {} } = stream
    if (!isEmptyObject(stream_state)) states.set(stream_descriptor.name, stream_state)
  }
  return states
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
