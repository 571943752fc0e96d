import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { describe, it } from 'mocha'
import { json, openEhr } from '../../src/openehr.js'
import { chanceFor, seed } from './chance.js'
import { type Clinic, clinic, versionsIn } from './clinic.js'
import { type Connection, connection } from './connection.js'
import { syncWhileKilling } from './killing.js'

const vitalSigns = 'composition_vital_signs_v1'
const streams = ['compositions', vitalSigns]

describe(`append_dedup, with source and destination killed again and again (CRASH_SEED=${seed})`, function () {
  this.timeout(300_000)
  const standing = connection(40, { compositions: 4000 })

  it('leaves in each table the newest version of every composition, though the server is written to all the while', async () => {
    const connection = standing()
    const staff = clinic(connection.sandbox, chanceFor('writes'))
    const stopWriting = new AbortController()
    const writing = work(staff, stopWriting.signal)
    await syncWhileKilling(connection, { chance: chanceFor('kills'), kills: 20, spanMs: 900, inParts: true }, streams)
    stopWriting.abort()
    await writing
    const { outcome, problems } = await connection.sync(streams)
    assert.deepEqual([outcome, problems], ['succeeded', []])

    assert.ok(versionsIn(staff).some(uid => !uid.endsWith('::1')))
    assert.deepEqual(await landed(connection, 'compositions'), versionsIn(staff))
    assert.deepEqual(await landed(connection, vitalSigns), versionsIn(staff, 'vital_signs.v1'))
    await assertContent(connection, staff)
  })
})

/** Files and changes compositions until told to stop. */
async function work(staff: Clinic, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await staff.create()
    await staff.update()
    await setTimeout(20)
  }
}

async function landed({ sql }: Connection, table: string): Promise<string[]> {
  const rows = await sql<{ version_uid: string; is_own: boolean }>(
    `SELECT version_uid, composition -> 'uid' ->> 'value' = version_uid AS is_own FROM "${table}"`,
  )
  assert.ok(rows.every(({ is_own }) => is_own))
  return rows.map(({ version_uid }) => version_uid).toSorted()
}

/** A few rows hold what the server gives by GET; the others at least their own uid. */
async function assertContent({ sandbox, sql }: Connection, staff: Clinic): Promise<void> {
  const server = openEhr(sandbox.baseUrl)
  for (const { ehrId, versionUid } of [...staff.kept.values()].slice(-20)) {
    const [row] = await sql<{ composition: object }>(
      'SELECT composition FROM compositions WHERE version_uid = $1',
      versionUid,
    )
    const given = json(await server.demand('GET', `/ehr/${ehrId}/composition/${versionUid}`))
    assert.deepEqual(row?.composition, given)
  }
}
