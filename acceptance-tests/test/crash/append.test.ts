import assert from 'node:assert/strict'
import type { Selection, Summary } from '@openehr-connectors/sync'
import { describe, it } from 'mocha'
import { chanceFor, seed } from './chance.js'
import { connection } from './connection.js'
import { syncWhileKilling } from './killing.js'

const compositions = 4000
const streams: Selection = { compositions: { syncMode: 'incremental', destinationSyncMode: 'append' } }

describe(`append, killed again and again (CRASH_SEED=${seed})`, function () {
  this.timeout(300_000)
  const standing = connection(100, { compositions, maxLimit: 100 })

  it('loses nothing, and repeats only what lay behind the last state that came back', async () => {
    const connection = standing()
    const attempts = await syncWhileKilling(
      connection,
      { chance: chanceFor('kills'), kills: 6, spanMs: 600, inParts: true },
      streams,
    )
    attempts.push(await connection.sync(streams))
    assert.equal(attempts.at(-1)?.outcome, 'succeeded')
    const [landed] = await connection.sql<{ rows: number; versions: number }>(
      'SELECT count(*)::int AS rows, count(DISTINCT version_uid)::int AS versions FROM compositions',
    )
    assert.equal(landed?.versions, compositions)
    // What a state covers came once and never again: together the covered records are each composition once.
    assert.equal(
      total(attempts, stream => stream.destinationRecords ?? 0),
      compositions,
    )
    assert.ok(landed.rows >= compositions && landed.rows <= total(attempts, stream => stream.records))
  })
})

const total = (attempts: readonly Summary[], count: (stream: Summary['streams'][number]) => number): number =>
  attempts.flatMap(({ streams }) => streams).reduce((sum, stream) => sum + count(stream), 0)
