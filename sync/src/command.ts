import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SyncError } from './failure.js'

/** How to start a connector; the protocol's own arguments follow `args`. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/**
 * Words of a command line as a POSIX shell cuts them: blanks separate, quotes and backslashes keep together.
 * Nothing is expanded, for no shell runs it.
 */
export const words = (line: string): string[] => {
  const found: string[] = []
  const pattern = /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)/gsy
  let end = 0
  for (let match = pattern.exec(line); match?.[1] !== undefined; match = pattern.exec(line)) {
    end = pattern.lastIndex
    found.push(
      match[1].replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_, single, double, escaped) =>
        single !== undefined ? single : double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : escaped,
      ),
    )
  }
  if (line.slice(end).trim() !== '') throw new SyncError('usage', 'A command holds a quote that is never closed.')
  return found
}

/**
 * The command that a connector's command line means. A single word which names an installed package with a command of
 * that name runs that package, so that `source-openehr` works in a checkout and in an installation. `docker run` gets
 * stdin, the folder with config, catalog and state under its own path, and the user who may read it.
 * @param scratch absolute path of that folder
 */
export const command = (line: string | readonly string[], scratch: string): Command => {
  const [file, ...args] = typeof line === 'string' ? words(line) : line
  if (file === undefined) throw new SyncError('usage', 'A connector needs a command, for example "source-openehr".')
  if (isContainer(line)) {
    const at = args.indexOf('run') + 1
    const owner = args.some(arg => arg === '-u' || arg.startsWith('--user')) ? [] : runAsCaller()
    return {
      file,
      args: [...args.slice(0, at), '-i', '-v', `${scratch}:${scratch}:ro`, ...owner, ...args.slice(at)],
    }
  }
  const script = /[\\/]/.test(file) ? undefined : packageCommand(file)
  return script === undefined ? { file, args } : { file: process.execPath, args: [script, ...args] }
}

/** Whether a connector runs in a container: then it sees no file of ours outside the mounted folder. */
export const isContainer = (line: string | readonly string[]): boolean => {
  const [file, verb] = typeof line === 'string' ? words(line) : line
  return (file === 'docker' || file === 'podman') && verb === 'run'
}

// The files are readable by their owner alone: they hold secrets.
const runAsCaller = (): string[] => {
  const [user, group] = [process.getuid?.(), process.getgid?.()]
  return user === undefined ? [] : ['--user', `${user}:${group}`]
}

const packageCommand = (name: string): string | undefined => {
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))])
    for (let folder = start; ; folder = dirname(folder)) {
      const root = join(folder, 'node_modules', name)
      if (existsSync(join(root, 'package.json'))) {
        const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
        const bin = (manifest as { bin?: string | Record<string, string> }).bin
        const script = typeof bin === 'string' ? bin : bin?.[name]
        if (script !== undefined) return join(root, script)
      }
      if (folder === dirname(folder)) break
    }
  return undefined
}
