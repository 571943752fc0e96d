import { readCatalog } from './catalog.js'
import { checkConnection, configure } from './check.js'
import type { About } from './command.js'
import { type ConnectorProcess, nodeProcess } from './process.js'
import { catalogLine, specLine } from './protocol/messages.js'
import { readStreams } from './read.js'
import { runConnector } from './run.js'
import type { Source } from './source.js'
import { readState } from './state.js'

/**
 * The whole life of a source's process: arguments in, messages and an exit code out. Never rejects; everything that
 * goes wrong becomes a TRACE ERROR and exit code 1.
 */
export function runSource<Config>(
  source: Source<Config>,
  about: About,
  connectorProcess: ConnectorProcess = nodeProcess(),
): Promise<void> {
  const { env } = connectorProcess
  return runConnector('source', about, connectorProcess, async (command, run) => {
    const { context, output } = run
    if (command.name === 'spec') {
      await output.raw(specLine(source.specification))
      return true
    }
    if (command.name === 'check')
      return (await run.patiently(checkConnection(source, command.config, env, run))) ?? false

    context.log.info(`${about.name} ${about.version}: ${command.name}`)
    const config = await configure(source, command.config, env, run)
    if (command.name === 'read') {
      const catalog = await readCatalog(command.catalog)
      return readStreams(source, config, catalog, await readState(command.state), run)
    }
    const streams = await run.patiently(source.discover(config, context))
    if (streams !== undefined) await output.raw(catalogLine(streams))
    return streams !== undefined
  })
}
