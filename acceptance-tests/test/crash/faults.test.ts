import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { RequestFault } from '@openehr-connectors/sandbox'
import { describe, it } from 'mocha'
import { chanceFor, oneOf, seed } from './chance.js'
import { clinic, versionsIn } from './clinic.js'
import { connection, slowPages } from './connection.js'

const page = '/query/aql'
const passing: readonly RequestFault[] = [
  { path: page, status: 503 },
  { path: page, status: 429, retryAfter: 0 },
  { path: page, cutAfter: 20_000 },
  { path: page, cutAfter: 20_000, framing: 'chunked' },
  { path: page, cutAfter: 20_000, framing: 'short' },
]

describe(`a server and a database that fail now and then (CRASH_SEED=${seed})`, function () {
  this.timeout(300_000)
  const standing = connection(40, { compositions: 3000, maxLimit: 100 })

  it('do not keep a sync from succeeding by itself, with every row in its place', async () => {
    const connection = standing()
    const { sandbox, sql } = connection
    const chance = chanceFor('faults')
    let isOver = false
    const syncing = connection.sync(['compositions']).finally(() => {
      isOver = true
    })
    let terminated = 0
    let failed = 0
    while (!isOver) {
      await setTimeout(100)
      if (failed < 8) {
        sandbox.faults.set({ requests: [oneOf(chance, passing), slowPages(40)] })
        failed++
      }
      if (terminated < 5)
        terminated += (
          await sql(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'destination-postgres' AND query ~ '^(COPY|INSERT|MERGE|COMMIT)' LIMIT 1`,
          )
        ).length
    }
    const { outcome, problems } = await syncing
    assert.deepEqual([outcome, problems], ['succeeded', []])
    assert.ok(terminated > 0 && failed > 0)
    const landed = await sql<{ version_uid: string }>('SELECT version_uid FROM compositions')
    const expected = versionsIn(clinic(sandbox, chance))
    assert.deepEqual(landed.map(({ version_uid }) => version_uid).toSorted(), expected)
  })
})
