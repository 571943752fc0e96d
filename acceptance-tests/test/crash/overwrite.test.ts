import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Selection, SyncOptions } from '@openehr-connectors/sync'
import { describe, it } from 'mocha'
import { chanceFor, seed } from './chance.js'
import { clinic, versionsIn } from './clinic.js'
import { type Connection, connection } from './connection.js'
import { syncWhileKilling } from './killing.js'

const streams: Selection = { compositions: { syncMode: 'full_refresh', destinationSyncMode: 'overwrite' } }

/**
 * The compositions of a table and their versions added up: they differ between the old rows, the new rows and any part of
 * either, and none is there twice, though rows behind the last state come again after a kill.
 */
interface Sight {
  readonly compositions: number
  readonly versions: number
}

for (const dialect of ['refreshes', 'legacy'] as const)
  describe(`full refresh + overwrite (${dialect}), killed again and again (CRASH_SEED=${seed})`, function () {
    this.timeout(300_000)
    const standing = connection(40, { compositions: 1000, maxLimit: 100 })

    it('shows a reader the old rows until it shows the new ones, never none and never a part', async () => {
      const connection = standing()
      const options: Partial<SyncOptions> = { dialect }
      const staff = clinic(connection.sandbox, chanceFor(`writes ${dialect}`))
      assert.equal((await connection.sync(streams, options)).outcome, 'succeeded')
      const before = await look(connection)
      assert.deepEqual(before, { compositions: 1000, versions: 1000 })
      for (let count = 0; count < 100; count++) await staff.create()
      for (let count = 0; count < 150; count++) await staff.update()

      const stopLooking = new AbortController()
      const looking = lookOn(connection, stopLooking.signal)
      const killing = { chance: chanceFor(`kills ${dialect}`), kills: 4, spanMs: 900, inParts: dialect === 'refreshes' }
      await syncWhileKilling(connection, killing, streams, options)
      const { outcome, problems } = await connection.sync(streams, options)
      assert.deepEqual([outcome, problems], ['succeeded', []])
      stopLooking.abort()

      const seen = await looking
      const after = { compositions: 1100, versions: 1250 }
      assert.deepEqual(changesIn([before, ...seen]), [before, after])
      assert.ok(seen.length > 50, `The reader has looked ${seen.length} times only.`)
      const landed = await connection.sql<{ version_uid: string }>('SELECT version_uid FROM compositions')
      assert.deepEqual(landed.map(({ version_uid }) => version_uid).toSorted(), versionsIn(staff))
    })
  })

async function look({ sql }: Connection): Promise<Sight> {
  const [sight] = await sql<Sight>(
    `SELECT count(*)::int AS compositions, coalesce(sum(version), 0)::int AS versions
     FROM compositions`,
  )
  return sight ?? { compositions: 0, versions: 0 }
}

async function lookOn(connection: Connection, signal: AbortSignal): Promise<Sight[]> {
  const seen: Sight[] = []
  while (!signal.aborted) {
    seen.push(await look(connection))
    await setTimeout(10)
  }
  return seen
}

/** What was seen, as often as it changed. */
const changesIn = (seen: readonly Sight[]): Sight[] =>
  seen.filter((sight, index) => JSON.stringify(sight) !== JSON.stringify(seen[index - 1]))
