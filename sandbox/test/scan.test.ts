import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type Sandbox, startSandbox } from '../src/sandbox.js'
import { ask, compositions, statuses } from './ask.js'

/** Reads everything by pages, each beginning after the last row of the one before. */
async function keyset(sandbox: Sandbox, page: (after: unknown[] | undefined) => string): Promise<unknown[][]> {
  const rows: unknown[][] = []
  for (;;) {
    const found = (await ask(sandbox, page(rows.at(-1)))).rows
    if (found.length === 0) return rows
    rows.push(...found)
  }
}

const objectId = (versionUid: unknown) => String(versionUid).split('::')[0]

const byTime = (from: string, limit: number) => (last: unknown[] | undefined) => {
  const [uid, at] = last ?? []
  const time = 'v/commit_audit/time_committed'
  const where = last ? `WHERE ${time} >= '${at}' AND (${time} > '${at}' OR v/uid/value > '${objectId(uid)}')` : ''
  return `SELECT v/uid/value, ${time}/value ${from} ${where} ORDER BY ${time} ASC, v/uid/value ASC LIMIT ${limit}`
}

const byUid = (from: string, limit: number) => (last: unknown[] | undefined) =>
  `SELECT v/uid/value ${from} ${last ? `WHERE v/uid/value > '${objectId(last[0])}'` : ''} ORDER BY v/uid/value ASC LIMIT ${limit}`

const ehrs = (limit: number) => (last: unknown[] | undefined) => {
  const [id, at] = last ?? []
  const where = last ? `WHERE e/time_created >= '${at}' AND (e/time_created > '${at}' OR e/ehr_id/value > '${id}')` : ''
  return `SELECT e/ehr_id/value AS ehr_id, e/time_created/value FROM EHR e ${where} ORDER BY e/time_created ASC, e/ehr_id/value ASC LIMIT ${limit}`
}

describe('a keyset scan', () => {
  let sandbox: Sandbox
  let uids: string[]
  before(async () => {
    sandbox = await startSandbox({ compositions: 150, ehrs: 30, systemId: 'here' })
    const { population } = sandbox
    uids = Array.from({ length: population.size }, (_, i) => `${population.uidAt(i)}::here::1`)
  })
  after(() => sandbox.stop())

  for (const limit of [1, 7, 150, 2000]) {
    it(`by commit time sees every composition once, ${limit} a page`, async () => {
      const rows = await keyset(sandbox, byTime(compositions, limit))
      assert.deepEqual(rows.map(([uid]) => uid).sort(), [...uids].sort())
    })

    it(`by uid sees every composition once, ${limit} a page`, async () => {
      const rows = await keyset(sandbox, byUid(compositions, limit))
      assert.deepEqual(
        rows.map(([uid]) => uid),
        [...uids].sort(),
      )
    })
  }

  it('by partitions of the uuid space sees every composition once', async () => {
    const seen: unknown[] = []
    const bounds = ['', '40000000-0000-4000-8000-000000000000', 'c0000000-0000-4000-8000-000000000000', '']
    for (let k = 0; k + 1 < bounds.length; k++) {
      const [low, high] = [bounds[k], bounds[k + 1]]
      const limits = [...(low ? [`v/uid/value > '${low}'`] : []), ...(high ? [`v/uid/value <= '${high}'`] : [])]
      const { rows } = await ask(
        sandbox,
        `SELECT v/uid/value ${compositions} WHERE ${limits.join(' AND ')} ORDER BY v/uid/value`,
      )
      seen.push(...rows.map(([uid]) => uid))
    }
    assert.deepEqual(seen, [...uids].sort())
  })

  it('sees every EHR and every EHR_STATUS once', async () => {
    const { population } = sandbox
    const ids = Array.from({ length: population.ehrs }, (_, ehr) => population.ehrIdAt(ehr))
    assert.deepEqual((await keyset(sandbox, ehrs(4))).map(([id]) => id).sort(), ids.sort())
    const found = await keyset(sandbox, byTime(statuses, 4))
    const statusUids = Array.from({ length: population.ehrs }, (_, ehr) => `${population.ehrStatusUidAt(ehr)}::here::1`)
    assert.deepEqual(found.map(([uid]) => uid).sort(), statusUids.sort())
  })
})
