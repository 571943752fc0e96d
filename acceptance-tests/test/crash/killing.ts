import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Selection, Summary, SyncOptions } from '@openehr-connectors/sync'
import { type Chance, oneOf } from './chance.js'
import type { Connection, Role } from './connection.js'

const victims: readonly (readonly Role[])[] = [['source'], ['destination'], ['source', 'destination']]

const isKilled = ({ source, destination }: Summary) => [source.signal, destination.signal].includes('SIGKILL')

const isPart = (summary: Summary) => isKilled(summary) && summary.streams.some(({ states }) => states > 0)

export interface Killing {
  readonly chance: Chance
  /** How many attempts are to be killed. */
  readonly kills: number
  /** How many milliseconds behind the first page a kill comes at the latest, to begin with: less than an attempt lasts. */
  readonly spanMs: number
  /** Whether an attempt that is killed can bring a part home; then one has to: see below. */
  readonly inParts: boolean
}

/**
 * Syncs again and again from the states that came back, and each time kills the source, the destination or both somewhere
 * on the way, until so many attempts have been killed, and one of these has brought a part home where that can be: if all had
 * begun anew until one came through, nothing would be proven. Those that came to their end before must have succeeded.
 *
 * @returns what became of each attempt
 */
export async function syncWhileKilling(
  connection: Connection,
  { chance, kills, spanMs, inParts }: Killing,
  streams: Selection,
  options?: Partial<SyncOptions>,
): Promise<Summary[]> {
  const attempts: Summary[] = []
  let span = spanMs
  while (attempts.filter(isKilled).length < kills || (inParts && !attempts.some(isPart))) {
    assert.ok(attempts.length < 5 * kills, 'Most attempts come to their end, or to nothing, before they can be killed.')
    const summary = await killed(connection, oneOf(chance, victims), chance() * span, streams, options)
    attempts.push(summary)
    if (!isKilled(summary)) assert.deepEqual([summary.outcome, summary.problems], ['succeeded', []])
    // How long an attempt lasts depends on the machine, and on how much there is left to do.
    if (!isKilled(summary)) span = Math.max(span / 2, 100)
    else if (inParts && !isPart(summary)) span = Math.min(span * 1.25, 4 * spanMs)
  }
  return attempts
}

async function killed(
  connection: Connection,
  roles: readonly Role[],
  delayMs: number,
  streams: Selection,
  options?: Partial<SyncOptions>,
): Promise<Summary> {
  let isOver = false
  connection.forgetPids()
  const syncing = connection.sync(streams, options).finally(() => {
    isOver = true
  })
  // It is awaited below, and may fail before.
  syncing.catch(() => {})
  const until = async (condition: () => boolean) => {
    while (!isOver && !condition()) await setTimeout(5)
  }
  await until(() => connection.pidOf('source') !== undefined && connection.pidOf('destination') !== undefined)
  const queries = () => connection.sandbox.requests.byPath['POST /query/aql']
  const before = queries()
  await until(() => queries() !== before)
  const due = performance.now() + delayMs
  await until(() => performance.now() >= due)
  for (const role of roles) if (!isOver) kill(connection.pidOf(role))
  return syncing
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself in this moment.
  }
}
