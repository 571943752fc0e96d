import type { IncomingRecord } from '@openehr-connectors/cdk'
import { type Client, DatabaseError } from 'pg'
import { airbyteColumns, type Column } from './columns.js'
import { COPY_HEADER, COPY_TRAILER, CopyIn } from './copy.js'
import { copyRows } from './ddl.js'
import { Chunk } from './encode/chunk.js'
import { type RowLayout, rowEncoder, tombstone } from './encode/rows.js'
import { qualified } from './identifiers.js'
import { createIncoming, DELETED, deleteTombstones, INCOMING, type Merge, PLACE, upsert } from './merge.js'
import type { StreamPlan } from './plan.js'
import type { ReadyTable } from './tables.js'

/** Writes some records of a stream, in the transaction that the client is in. May be repeated. */
export type Load = (client: Client, records: readonly IncomingRecord[], signal: AbortSignal) => Promise<void>

const appendBytes = (bytes: Uint8Array, chunk: Chunk): void => {
  chunk.reserve(bytes.length)
  chunk.bytes.set(bytes, chunk.at)
  chunk.at += bytes.length
}

/**
 * Encodes while it sends: one chunk is filled while the other is on its way, and nothing else is held.
 * Returns whether there was a tombstone among the records.
 */
const copyRecords = async (
  client: Client,
  sql: string,
  layout: RowLayout,
  records: readonly IncomingRecord[],
  signal: AbortSignal,
): Promise<boolean> => {
  const copy = new CopyIn(sql)
  client.query(copy)
  await copy.started
  const encoder = rowEncoder(layout)
  let [filling, sending] = [new Chunk(), new Chunk()]
  let sent: Promise<void> = Promise.resolve()
  let tombstones = false
  const send = async () => {
    await sent
    sending.clear()
    sent = copy.write(filling.message())
    // It is awaited before the next one; until then nobody listens.
    sent.catch(() => {})
    ;[filling, sending] = [sending, filling]
  }
  appendBytes(COPY_HEADER, filling)
  for (const [place, record] of records.entries()) {
    if (encoder.append(record, place, filling)) tombstones = true
    if (filling.isFull) {
      signal.throwIfAborted()
      await send()
    }
  }
  appendBytes(COPY_TRAILER, filling)
  await send()
  await sent
  await copy.end()
  return tombstones
}

/** Airbyte's columns in the order of encode/rows.ts, where the one with the changes comes last. */
const [rawId, extractedAt, meta, generation] = airbyteColumns

const UNIQUE_VIOLATION = '23505'

/**
 * Copies rows straight into a table with a key, as long as none of them is there yet. Resolves false, with nothing
 * written, when one is, or when a batch holds a key twice or a tombstone.
 */
const copyStraight = async (
  client: Client,
  sql: string,
  layout: RowLayout,
  records: readonly IncomingRecord[],
  signal: AbortSignal,
): Promise<boolean> => {
  if (records.some(({ data }) => data.includes(tombstone))) return false
  await client.query('SAVEPOINT straight')
  try {
    await copyRecords(client, sql, layout, records, signal)
    return true
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error
    await client.query('ROLLBACK TO SAVEPOINT straight')
    return false
  }
}

/**
 * How the rows of a plan get into a table: straight, or, when there is a key, through a temporary table. Into a table
 * that begins empty the rows go straight even then until the first that is there already: a first load costs no more
 * than an append.
 */
export const loadInto = (table: ReadyTable, plan: StreamPlan, beginsEmpty: boolean): Load => {
  const layout: RowLayout = {
    stream: plan.stream,
    columns: table.columns.map(({ property, name, type }) => ({
      property,
      type: type === 'uuid' ? 'text' : type,
      key: plan.key.includes(name),
    })),
    rawId: table.rawId,
    generation: plan.generation,
    syncId: plan.syncId,
    merged: false,
  }
  const before: Column[] = [...table.columns, { ...rawId, type: table.rawId }, extractedAt, generation]
  const names = before.map(({ name }) => name)
  const straight = copyRows(qualified(table.name), [...names, meta.name])
  if (plan.key.length === 0) {
    return async (client, records, signal) => {
      await copyRecords(client, straight, layout, records, signal)
    }
  }
  const merge: Merge = {
    target: table.name,
    columns: [...before, meta],
    key: plan.key,
    cursor: table.columns.find(({ name }) => name === plan.cursor?.name),
  }
  const merged: RowLayout = { ...layout, merged: true }
  const incoming = copyRows(INCOMING, [...names, PLACE, DELETED, meta.name])
  const [create, remove, insert] = [createIncoming(merge), deleteTombstones(merge), upsert(merge)]
  let allNew = beginsEmpty
  return async (client, records, signal) => {
    if (allNew && (await copyStraight(client, straight, layout, records, signal))) return
    allNew = false
    await client.query(create)
    if (await copyRecords(client, incoming, merged, records, signal)) await client.query(remove)
    await client.query(insert)
  }
}
