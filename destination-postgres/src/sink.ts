import { ConfigError, type Context, defaultLimits, type Sink } from '@openehr-connectors/cdk'
import type { DestinationPostgresConfig } from '@openehr-connectors/spec'
import { openConnections } from './connect.js'
import { shown, type TableName } from './identifiers.js'
import { planOf } from './plan.js'
import { openWriter } from './writer.js'

/** The open database of one sync. */
export const openSink = (config: DestinationPostgresConfig, jobId: string | undefined, context: Context): Sink => {
  const connections = openConnections(config)
  const owners = new Map<string, string>()

  /** Names are cut at 63 bytes and namespaces may meet in a schema, so two streams can mean the same table. */
  const claim = (name: TableName, stream: string) => {
    const key = JSON.stringify([name.schema, name.table])
    const owner = owners.get(key)
    if (owner !== undefined) {
      throw new ConfigError(`The streams ${owner} and ${stream} would both use the table ${shown(name)}. Rename one.`)
    }
    owners.set(key, stream)
  }

  const batchBytes = config.batch_megabytes * 1024 * 1024
  return {
    limits: {
      batchBytes,
      batchAge: config.batch_seconds * 1000,
      // One batch is gathered while another is written.
      budgetBytes: Math.max(defaultLimits.budgetBytes, 2 * batchBytes),
    },
    async writer(configured) {
      const plan = planOf(configured, config.schema, jobId)
      claim(plan.target, plan.stream)
      claim(plan.stage, plan.stream)
      return openWriter(connections, plan, context)
    },
    close: () => connections.close(),
  }
}
