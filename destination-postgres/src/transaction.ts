import { setTimeout as sleep } from 'node:timers/promises'
import { TransientError } from '@openehr-connectors/cdk'
import type { Client } from 'pg'
import type { Connections } from './connect.js'
import { type Attempt, isRetryable, sorted } from './failures.js'

/** Waits of 0.25 to 8 seconds, 16 in all: long enough for a restart or a failover. */
const TRIES = 7
const FIRST_WAIT = 250

/** How a transaction ended whose COMMIT was never answered. */
const wasCommitted = async (connections: Connections, xid: string, signal: AbortSignal): Promise<boolean> => {
  for (let wait = FIRST_WAIT, left = TRIES; left > 0; wait *= 2, left--) {
    try {
      const { rows } = await connections.lend(client =>
        client.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [xid]),
      )
      // In progress: the server has not noticed yet that its client is gone.
      if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed'
    } catch (error) {
      if (!isRetryable(error)) throw error
    }
    await sleep(wait, undefined, { signal })
  }
  throw new TransientError('It could not be learned whether the last batch was committed. Run the sync again.')
}

/**
 * The transaction's number: taken now, because later nothing else can tell whether a COMMIT without an answer took place.
 * Long values are compressed by lz4 where the server has it and nobody chose otherwise: loading is a third faster than by
 * pglz, for a little more space.
 */
const BEGINNING = `
SELECT pg_current_xact_id()::text AS xid,
  (SELECT set_config(name, 'lz4', true) FROM pg_settings
   WHERE name = 'default_toast_compression' AND source = 'default' AND 'lz4' = ANY (enumvals)) AS compression`

const attemptOnce = async <T>(
  connections: Connections,
  work: (client: Client) => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  let committing: { xid: string; result: T } | undefined
  const commit = async (client: Client): Promise<T> => {
    await client.query('BEGIN')
    const { rows } = await client.query<{ xid: string }>(BEGINNING)
    const result = await work(client)
    committing = { xid: rows[0]?.xid ?? '', result }
    await client.query('COMMIT')
    return result
  }
  try {
    return await connections.lend(async client => {
      // A statement may wait for a lock as long as somebody holds it; who is told to stop cannot.
      const hangUp = () => void client.connection.stream.destroy()
      signal.addEventListener('abort', hangUp, { once: true })
      try {
        return await commit(client)
      } finally {
        signal.removeEventListener('abort', hangUp)
      }
    })
  } catch (error) {
    if (committing === undefined || !(await wasCommitted(connections, committing.xid, signal))) throw error
    return committing.result
  }
}

/**
 * Runs `work` in a transaction until it is committed, once: when the connection is lost during COMMIT, the server is
 * asked before anything is repeated. `work` may run several times and must begin anew each time.
 * @throws ConfigError, TransientError when trying again did not help, or what `work` throws.
 */
export const inTransaction = async <T>(
  connections: Connections,
  attempt: Attempt,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  for (let left = TRIES - 1, wait = FIRST_WAIT; ; left--, wait *= 2) {
    try {
      signal.throwIfAborted()
      return await attemptOnce(connections, work, signal)
    } catch (error) {
      if (signal.aborted || left === 0 || !isRetryable(error)) throw sorted(error, attempt)
    }
    await sleep(wait / 2 + Math.random() * (wait / 2), undefined, { signal })
  }
}
