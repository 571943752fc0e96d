import { type ConfiguredAirbyteCatalog, type Problem, validateConfiguredCatalog } from '@openehr-connectors/spec'
import { ConfigError } from './errors.js'
import { readJsonFile } from './json-file.js'

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

/** @throws ConfigError that lists the problems; none: returns */
export function refuse(problems: readonly Problem[], what: string): void {
  if (problems.length === 0) return
  const list = problems.map(({ path, message }) => `${path || 'it'} ${message}`).join('; ')
  throw new ConfigError(`The ${what} is not valid: ${list}.`)
}
