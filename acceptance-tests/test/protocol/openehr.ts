import { type Sandbox, type SandboxOptions, startSandbox } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { connectorCommand, fastClock } from '../../src/connector-process.js'
import { openEhr } from '../../src/openehr.js'

/** With every character that some encoding writes otherwise. */
export const login = { username: 'reader', password: 'p ss/w+rd"%&=?>' }

export const command = connectorCommand('source-openehr')

/** A source that lays states on every page. */
export const hastyCommand = connectorCommand('source-openehr', fastClock)

export const authentication = { method: 'basic', ...login }

export const configFor = ({ baseUrl }: Sandbox, more: JsonObject = {}): JsonObject => ({
  base_url: baseUrl,
  authentication,
  page_target_megabytes: 1,
  // What cannot be reached is not to be waited for.
  max_tries: 1,
  ...more,
})

export const startGuarded = (options: SandboxOptions = {}): Promise<Sandbox> =>
  startSandbox({ auth: { kind: 'basic', ...login }, ...options })

/** Files one more composition, in the first EHR. */
export async function file({ baseUrl, population }: Sandbox, index = 0): Promise<string> {
  const { uid: _, ...composition } = JSON.parse(population.text(index)) as JsonObject
  return openEhr(baseUrl, login).commit(population.ehrIdAt(0), composition)
}

/** A state of the same stream behind which nothing can come. */
export const inTheFuture = ({ snapshot: _, seen: __, ...state }: JsonObject): JsonObject => ({
  ...state,
  cursor: { committed_at: '9999-12-31T23:59:59.000000Z', uid: '' },
})
