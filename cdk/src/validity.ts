import type { Problem, Validate } from '@openehr-connectors/spec'
import { ConfigError } from './errors.js'

/**
 * A copy of a value that the schema allows, its defaults filled in.
 * @param what is named in the error: `configuration`
 * @throws ConfigError that lists what is wrong and where, and never a value
 */
export function valid<T>(validate: Validate, value: unknown, what: string): T {
  const copy: unknown = structuredClone(value)
  refuse(validate(copy), what)
  return copy as T
}

/** @throws ConfigError that lists the problems; none: returns */
export function refuse(problems: readonly Problem[], what: string): void {
  if (problems.length === 0) return
  const list = problems.map(({ path, message }) => `${path || 'it'} ${message}`).join('; ')
  throw new ConfigError(`The ${what} is not valid: ${list}.`)
}
