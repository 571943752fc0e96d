import { type ConfiguredAirbyteCatalog, validateConfiguredCatalog } from '@openehr-connectors/spec'
import { ConfigError } from './errors.js'
import { readJsonFile } from './json-file.js'
import { refuse } from './validity.js'

/**
 * Reads a configured catalog (protocol 0.18, ConfiguredAirbyteCatalog).
 * @throws ConfigError when it is none, or names a stream twice
 */
export async function readCatalog(path: string): Promise<ConfiguredAirbyteCatalog> {
  const catalog = await readJsonFile(path, '--catalog')
  refuse(validateConfiguredCatalog(catalog), 'configured catalog')
  const { streams } = catalog as ConfiguredAirbyteCatalog
  const seen = new Set<string>()
  for (const { stream } of streams) {
    const identity = JSON.stringify([stream.namespace, stream.name])
    if (seen.has(identity)) throw new ConfigError(`The configured catalog names the stream ${stream.name} twice.`)
    seen.add(identity)
  }
  return catalog as ConfiguredAirbyteCatalog
}
