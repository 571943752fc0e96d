import { type About, type Command, parseCommand } from './command.js'
import { TransientError } from './errors.js'
import { createLogger } from './logger.js'
import { type MemoryUse, watchMemory } from './memory.js'
import { type ConnectorProcess, takeStdout } from './process.js'
import { errorTraceLine, userMessage } from './protocol/error-trace.js'
import { logLine } from './protocol/messages.js'
import { Output } from './protocol/output.js'
import { Secrets } from './secrets.js'
import type { Context } from './source.js'
import { listenForStops, Stop } from './stop.js'

/** What a command works with. */
export interface Run {
  readonly output: Output
  readonly secrets: Secrets
  /** Its signal aborts with a Stop as the reason. */
  readonly context: Context
  /** What `work` resolves to; or undefined when it has not stopped long after it was told to. */
  patiently<T>(work: Promise<T>): Promise<T | undefined>
}

/**
 * One life of a connector's process: the command, what stops it, and the exit code: 0, 1, or what a signal asks for.
 * @param perform does the command; resolves false when a stream has failed
 */
export async function runConnector(
  role: 'source' | 'destination',
  about: About,
  connectorProcess: ConnectorProcess,
  perform: (command: Command, run: Run) => Promise<boolean>,
): Promise<void> {
  // Until the end is reached: a run that breaks off somewhere must not look like a success.
  connectorProcess.exitCode = 1
  const command = parseCommand(connectorProcess.argv, about, role)
  if ('usage' in command) {
    const { stdout, stderr } = connectorProcess
    ;(command.mistaken ? stderr : stdout).write(`${command.usage}\n`)
    if (!command.mistaken) connectorProcess.exitCode = 0
    return
  }

  const secrets = new Secrets()
  const output = new Output(
    takeStdout(connectorProcess, text => secrets.mask(text)),
    error => stop(new Stop(`stdout takes no more: ${error.message}`, 1)),
  )
  connectorProcess.stdout.on('error', error => output.close(error))
  const log = createLogger(connectorProcess.env.LOG_LEVEL, (level, message) =>
    output.say(logLine(level, secrets.mask(message))),
  )
  let uncaught = false
  const { signal, stop, patience, release } = listenForStops(connectorProcess, error => {
    uncaught = true
    output.say(errorTraceLine(error, secrets))
  })
  signal.addEventListener('abort', () => log.info(`Stopping: ${(signal.reason as Stop).message}`))
  const moves = command.name === 'read' || command.name === 'write'
  const unwatch = moves ? watchMemory(connectorProcess.memory, use => stop(memoryStop(use))) : () => {}

  const context = { log, signal, addSecret: (value: string) => secrets.add(value) }
  const patiently = <T>(work: Promise<T>) => Promise.race([work, patience.then(() => undefined)])
  let succeeded = false
  try {
    succeeded = await perform(command, { output, secrets, context, patiently })
  } catch (error) {
    // Work that is told to stop may well throw: no failure.
    if (signal.aborted) log.debug(`The work broke off: ${userMessage(error)}`)
    else await output.raw(errorTraceLine(error, secrets))
  }
  unwatch()
  const stopped = () => signal.reason as Stop | undefined
  const failure = stopped()?.failure
  if (failure) await output.raw(errorTraceLine(failure, secrets))
  await output.flush()
  release()
  // Asked again, for stdout may have been closed, or a signal come, while the last lines were sent.
  connectorProcess.exitCode = uncaught ? 1 : (stopped()?.exitCode ?? (succeeded ? 0 : 1))
}

const memoryStop = ({ used, limit }: MemoryUse): Stop => {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
  const message =
    `Memory was nearly exhausted: ${megabytes(used)} of ${megabytes(limit)} MB were in use. Raise the memory limit of ` +
    'the connector, or make its pages or batches smaller. The next attempt goes on from the last state.'
  return new Stop('Memory is nearly exhausted.', 1, new TransientError(message))
}
