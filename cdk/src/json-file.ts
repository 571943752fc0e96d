import { readFile } from 'node:fs/promises'
import { ConfigError } from './errors.js'

/**
 * Parses a file named on the command line. Neither its text nor the parser's words get into the error, for they may be
 * a secret.
 * @param argument as the user wrote it: `--config`
 * @throws ConfigError when it is missing, unreadable or not JSON
 */
export async function readJsonFile(path: string, argument: string): Promise<unknown> {
  const text = await readText(path)
  if (text === undefined) throw new ConfigError(`The file ${path} given with ${argument} does not exist.`)
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError(`The file ${path} given with ${argument} is not valid JSON.`)
  }
}

/**
 * Resolves undefined when there is no such file.
 * @throws ConfigError when it may not be read
 */
export async function readText(path: string): Promise<string | undefined> {
  try {
    // Windows editors begin a file with a byte order mark; JSON.parse takes none.
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError(`The file ${path} cannot be read (${code}).`, { cause })
  }
}
