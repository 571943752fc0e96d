import type { ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { readCatalog } from './catalog.js'
import { checkConnection, configure } from './check.js'
import type { About } from './command.js'
import type { Destination } from './destination.js'
import { type ConnectorProcess, nodeProcess } from './process.js'
import { errorTraceLine, userMessage } from './protocol/error-trace.js'
import { specLine } from './protocol/messages.js'
import { type Run, runConnector } from './run.js'
import { runWrite, StreamFailures } from './write/index.js'

/**
 * The whole life of a destination's process: arguments and messages in, messages and an exit code out. Never rejects;
 * everything that goes wrong becomes a TRACE ERROR and exit code 1.
 */
export function runDestination<Config>(
  destination: Destination<Config>,
  about: About,
  connectorProcess: ConnectorProcess = nodeProcess(),
): Promise<void> {
  const { env } = connectorProcess
  return runConnector('destination', about, connectorProcess, async (command, run) => {
    if (command.name === 'spec') {
      await run.output.raw(specLine(destination.specification))
      return true
    }
    if (command.name === 'check')
      return (await run.patiently(checkConnection(destination, command.config, env, run))) ?? false
    if (command.name !== 'write') throw new Error(`A destination has no command ${command.name}.`)

    run.context.log.info(`${about.name} ${about.version}: write`)
    const config = await configure(destination, command.config, env, run)
    const catalog = await readCatalog(command.catalog)
    return (await run.patiently(write(destination, config, catalog, connectorProcess, run))) ?? false
  })
}

async function write<Config>(
  destination: Destination<Config>,
  config: Config,
  catalog: ConfiguredAirbyteCatalog,
  { stdin }: ConnectorProcess,
  { context, output, secrets }: Run,
): Promise<boolean> {
  const { log, signal } = context
  const sink = await destination.open(config, context)
  try {
    await runWrite({ input: stdin, catalog, sink, emit: output, log, signal, limits: sink.limits ?? {} })
  } catch (error) {
    await sink.close().catch(reason => log.warn(`The destination could not be closed. ${userMessage(reason)}`))
    if (!(error instanceof StreamFailures)) throw error
    for (const { stream, cause } of error.failures) await output.raw(errorTraceLine(cause, secrets, stream))
    return false
  } finally {
    // A source that goes on writing would keep the process alive.
    stdin.destroy()
  }
  await sink.close()
  return true
}
