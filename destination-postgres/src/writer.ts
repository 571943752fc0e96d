import type { Context, IncomingRecord, Writer } from '@openehr-connectors/cdk'
import type { Connections } from './connect.js'
import { shown } from './identifiers.js'
import { loadInto } from './load.js'
import { deleteRepeats } from './merge.js'
import type { StreamPlan } from './plan.js'
import { byBytes, byKey } from './shards.js'
import { preparePlace } from './stage.js'
import { isPlain, swapByName, swapRows } from './swap.js'
import { inspect, isEmpty, prepareTable, takeTurn } from './tables.js'
import { inTransaction } from './transaction.js'

const preparing = ({ schema, table }: StreamPlan['target']) => ({
  doing: `create or change the table ${schema}.${table}`,
  grant: `GRANT USAGE, CREATE ON SCHEMA "${schema}" TO <user>, or ALTER TABLE ... OWNER TO <user> for a table that exists`,
})

const writing = (plan: StreamPlan) => ({
  doing: `write to ${shown(plan.target)}`,
  grant: `GRANT SELECT, INSERT, UPDATE, DELETE ON "${plan.target.schema}"."${plan.target.table}" TO <user>, and GRANT TEMPORARY ON DATABASE ... TO <user>`,
})

/** Puts a finished stage in the target's place, by name where the target is a plain table, row by row otherwise. */
const replaceTarget = async (connections: Connections, plan: StreamPlan, { log, signal }: Context): Promise<void> => {
  const { target, stage } = plan
  // First and alone: adding a column locks readers out until its transaction ends, and copying the rows takes long.
  await inTransaction(connections, preparing(target), signal, async client => {
    await takeTurn(client, target)
    const exists = (await inspect(client, target)) !== undefined
    if (exists && !(await isPlain(client, target, stage))) {
      await prepareTable(client, target, plan.columns, [])
    }
  })
  const way = await inTransaction(connections, preparing(target), signal, async client => {
    await takeTurn(client, target)
    const exists = (await inspect(client, target)) !== undefined
    if (!exists || (await isPlain(client, target, stage))) {
      await swapByName(client, target, stage)
      return 'by renaming the stage'
    }
    await swapRows(client, target, stage)
    return 'row by row, because views, grants, indexes or the like belong to it'
  })
  log.info(`Replaced ${shown(target)} ${way}.`)
}

/**
 * The writer of one stream. Its place is made now, so that a catalog that cannot be served fails before any record.
 * @throws ConfigError, TransientError
 */
export const openWriter = async (connections: Connections, plan: StreamPlan, context: Context): Promise<Writer> => {
  const { place, beginsEmpty } = await inTransaction(
    connections,
    preparing(plan.target),
    context.signal,
    async client => {
      const place = await preparePlace(client, plan)
      return { place, beginsEmpty: await isEmpty(client, place.table.name) }
    },
  )
  const load = loadInto(place.table, plan, beginsEmpty)
  const keys = plan.columns.filter(({ name }) => plan.key.includes(name)).map(({ property }) => property)

  const split = (records: readonly IncomingRecord[]) =>
    keys.length > 0 ? byKey(records, connections.limit, keys) : byBytes(records, connections.limit)

  return {
    settles: place.staged && plan.replacement?.attempt === undefined ? 'finish' : 'write',
    async write(records, signal) {
      if (records.length === 0) return
      const outcomes = await Promise.allSettled(
        split(records).map(shard =>
          inTransaction(connections, writing(plan), signal, client => load(client, shard, signal)),
        ),
      )
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    },
    async finish(complete) {
      if (!place.staged) return true
      if (!complete) return false
      if (place.resumed && plan.identity.length > 0) {
        await inTransaction(connections, writing(plan), context.signal, client =>
          client.query(deleteRepeats(plan.stage, plan.identity)),
        )
      }
      await replaceTarget(connections, plan, context)
      return true
    },
  }
}
