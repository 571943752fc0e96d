import { dirname, join } from 'node:path'
import { parse } from 'dotenv'
import { ConfigError } from './errors.js'
import { readJsonFile, readText } from './json-file.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a configuration. For people who run connectors by hand a string may hold `${VARIABLE}`, taken from the
 * environment or from a `.env` file beside the configuration; the environment wins. `$${VARIABLE}` stays literal.
 * @throws ConfigError for a file that is no JSON and for a variable that is not set
 */
export async function readConfig(path: string, env: Environment): Promise<unknown> {
  const config = await readJsonFile(path, '--config')
  const dotenv = (await readText(join(dirname(path), '.env'))) ?? ''
  return resolveReferences(config, { ...parse(dotenv), ...env })
}

/**
 * The configuration with every `${VARIABLE}` of its strings replaced.
 * @param path where `value` stands in the configuration
 */
export function resolveReferences(value: unknown, env: Environment, path = ''): unknown {
  if (typeof value === 'string') return resolveString(value, env, path)
  if (Array.isArray(value)) return value.map((item, index) => resolveReferences(item, env, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, resolveReferences(inner, env, path ? `${path}.${key}` : key)]),
  )
}

const resolveString = (text: string, env: Environment, path: string): string =>
  text.replace(/\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (reference, escaped: string, variable: string) => {
    if (escaped) return reference.slice(1)
    const value = env[variable]
    if (value === undefined)
      throw new ConfigError(`${path} refers to the environment variable ${variable}, which is not set.`)
    return value
  })
