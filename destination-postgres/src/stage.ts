import { ConfigError } from '@openehr-connectors/cdk'
import type { Client } from 'pg'
import { commentTable, dropTable } from './ddl.js'
import { shown, type TableName } from './identifiers.js'
import type { Replacement, StreamPlan } from './plan.js'
import {
  type ExistingTable,
  ensureSchema,
  generationOf,
  inspect,
  prepareTable,
  type ReadyTable,
  refuseForeign,
  takeTurn,
} from './tables.js'

/** Marks a stage as ours. The attempt that follows tells a later one whether it may go on with these rows. */
const MARK = 'destination-postgres stage of '

const commentFor = ({ attempt }: Replacement): string => `${MARK}${attempt ?? 'one attempt'}`

/** Where the rows of a sync go: into the target, or into a stage that is to replace it. */
export interface Place {
  readonly table: ReadyTable
  readonly staged: boolean
  /** An earlier attempt has left rows here, and may have left some that will come again. */
  readonly resumed: boolean
}

/** The stage of this replacement. One that another attempt left, and that nobody can go on with, is dropped. */
const prepareStage = async (
  client: Client,
  name: TableName,
  plan: StreamPlan,
  replacement: Replacement,
): Promise<Place> => {
  const left = await inspect(client, name)
  if (left !== undefined) {
    if (!left.comment?.startsWith(MARK)) {
      throw new ConfigError(`The table ${shown(name)} is in the way of the stage for ${plan.stream}. Rename it.`)
    }
    if (!isSameAttempt(left, replacement)) await client.query(dropTable(name))
  }
  const table = await prepareTable(client, name, plan.columns, plan.key)
  await client.query(commentTable(name, commentFor(replacement)))
  return { table, staged: true, resumed: left !== undefined && isSameAttempt(left, replacement) }
}

const isSameAttempt = ({ comment }: ExistingTable, replacement: Replacement): boolean =>
  replacement.attempt !== undefined && comment === commentFor(replacement)

/** Whether an earlier attempt of this generation has already replaced the rows. */
const isInPlace = async (client: Client, target: TableName, generation: number | undefined): Promise<boolean> => {
  if (generation === undefined) return false
  const present = await generationOf(client, target)
  return present !== undefined && present >= generation
}

/**
 * Makes the place for a stream's rows, in the transaction that `client` is in.
 * @throws ConfigError when a table that is there cannot be used.
 */
export const preparePlace = async (client: Client, plan: StreamPlan): Promise<Place> => {
  await ensureSchema(client, plan.target.schema)
  await takeTurn(client, plan.target)
  const { replacement } = plan
  const present = await inspect(client, plan.target)
  if (present !== undefined) refuseForeign(plan.target, present)
  if (
    replacement === undefined ||
    (present !== undefined && (await isInPlace(client, plan.target, replacement.unlessAtGeneration)))
  ) {
    return { table: await prepareTable(client, plan.target, plan.columns, plan.key), staged: false, resumed: false }
  }
  return await prepareStage(client, plan.stage, plan, replacement)
}
