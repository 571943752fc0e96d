import type { ConnectorSpecification } from '@openehr-connectors/spec'
import { readConfig } from './config.js'
import { ConfigError, TransientError } from './errors.js'
import { connectionStatusLine } from './protocol/messages.js'
import type { Run } from './run.js'
import { secretValues } from './secrets.js'
import type { Context } from './source.js'

/** What sources and destinations have in common. */
interface Connector<Config> {
  readonly specification: ConnectorSpecification
  configure(config: unknown): Config
  check(config: Config, context: Context): Promise<void>
}

/**
 * Reads the configuration. Its secrets are hidden from here on, those of an invalid one too.
 * @throws ConfigError
 */
export async function configure<Config>(
  connector: Connector<Config>,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
): Promise<Config> {
  const config = await readConfig(path, env)
  for (const secret of secretValues(connector.specification.connectionSpecification, config)) run.secrets.add(secret)
  return connector.configure(config)
}

/**
 * The `check` command. What the user can mend, or wait for, is an outcome and no failure of the command.
 * @throws anything else: our own bug
 */
export async function checkConnection<Config>(
  connector: Connector<Config>,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
): Promise<boolean> {
  const answer = await outcome(async () => connector.check(await configure(connector, path, env, run), run.context))
  await run.output.raw(
    answer === undefined
      ? connectionStatusLine('SUCCEEDED')
      : connectionStatusLine('FAILED', run.secrets.mask(answer.message)),
  )
  return true
}

async function outcome(check: () => Promise<void>): Promise<ConfigError | TransientError | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TransientError) return error
    throw error
  }
}
