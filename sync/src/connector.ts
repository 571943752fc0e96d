import { randomUUID } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type {
  AirbyteErrorTraceMessage,
  AirbyteMessage,
  AirbyteStateMessage,
  AirbyteStream,
  ConfiguredAirbyteCatalog,
  ConnectorSpecification,
  JsonObject,
} from '@openehr-connectors/spec'
import { type Child, exitTitle, GRACE_MS, startChild } from './child.js'
import { command, isContainer } from './command.js'
import { SyncError } from './failure.js'
import { textLines } from './lines.js'
import type { Log } from './log.js'
import { parseMessage, showMessage } from './message.js'

/** How to run a connector. */
export interface ConnectorOptions {
  /** A command line, or its words: `source-openehr`, `node my/main.js`, `docker run image`. */
  readonly command: string | readonly string[]
  /** The config itself, or the path of a file that holds it. */
  readonly config: string | JsonObject
}

/** A connector's commands, each a process. */
export interface Connector {
  specification(): Promise<ConnectorSpecification>
  /** @throws SyncError with what to change when the connector refuses the config */
  check(): Promise<void>
  discover(): Promise<readonly AirbyteStream[]>
  read(catalog: ConfiguredAirbyteCatalog, states: readonly AirbyteStateMessage[]): Promise<Child>
  write(catalog: ConfiguredAirbyteCatalog): Promise<Child>
}

/** @param scratch a folder only the caller can read; configs, catalogs and states are laid into it */
export const connector = async (
  role: 'source' | 'destination',
  options: ConnectorOptions,
  scratch: string,
  log: Log,
  signal: AbortSignal,
): Promise<Connector> => {
  const start = command(options.command, scratch)
  const lay = async (name: string, content: unknown): Promise<string> => {
    const path = join(scratch, `${role}-${name}-${randomUUID()}.json`)
    await writeFile(path, JSON.stringify(content), { mode: 0o600 })
    return path
  }
  const config = await layConfig(options, lay, join(scratch, `${role}-config.json`))

  /** Runs a command that answers with one message. The first of its kind counts, whatever the exit code. */
  const ask = async <T>(verb: string, args: readonly string[], answer: (message: AirbyteMessage) => T | undefined) => {
    const child = await startChild(start, [verb, ...args])
    const stop = () => child.stop(GRACE_MS)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    child.stdin.on('error', () => undefined).end()
    const errors = showErrors(role, child, log)
    let found: T | undefined
    let failure: AirbyteErrorTraceMessage | undefined
    for await (const line of textLines(child.stdout)) {
      const message = parseMessage(line)
      showMessage(role, message, line, log)
      failure ??= message?.trace?.error
      if (message && found === undefined) found = answer(message)
    }
    const exit = await child.exit
    await errors
    signal.removeEventListener('abort', stop)
    if (signal.aborted) throw new SyncError('cancelled', 'The sync was stopped before it began.')
    if (found !== undefined) return found
    throw new SyncError(
      failure?.failure_type === 'config_error' ? 'usage' : `${role}_failed`,
      `The ${role} failed at ${verb}: ${failure?.message ?? `it gave no answer (${exitTitle(exit)}).`}`,
    )
  }

  return {
    specification: () => ask('spec', [], message => message.spec),
    check: async () => {
      const status = await ask('check', ['--config', config], message => message.connectionStatus)
      if (status.status !== 'SUCCEEDED')
        throw new SyncError('usage', `The ${role} refuses its config: ${status.message ?? 'it does not say why.'}`)
    },
    discover: async () => (await ask('discover', ['--config', config], message => message.catalog)).streams,
    read: async (catalog, states) =>
      startChild(start, [
        ...['read', '--config', config, '--catalog', await lay('catalog', catalog)],
        ...(states.length > 0 ? ['--state', await lay('state', states)] : []),
      ]),
    write: async catalog =>
      startChild(start, ['write', '--config', config, '--catalog', await lay('catalog', catalog)]),
  }
}

/** Shows a connector's stderr. Resolves at its end. */
export const showErrors = async (role: 'source' | 'destination', child: Child, log: Log): Promise<void> => {
  for await (const line of textLines(child.stderr)) log({ from: role, level: 'WARN', message: line })
}

// A file is named where it lies, for a .env beside it counts; a container sees only what is laid into the folder.
const layConfig = async (
  { command: line, config }: ConnectorOptions,
  lay: (name: string, content: unknown) => Promise<string>,
  copy: string,
): Promise<string> => {
  if (typeof config !== 'string') return lay('config', config)
  const path = resolve(config)
  if (!isContainer(line)) return path
  try {
    await copyFile(path, copy)
  } catch (cause) {
    throw new SyncError('usage', `The config ${path} cannot be read.`, { cause })
  }
  return copy
}
