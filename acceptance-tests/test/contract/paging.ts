import assert from 'node:assert/strict'
import type { Json } from '@openehr-connectors/spec'
import { it } from 'mocha'
import { ahead, aql, type Kind, objectId } from './aql.js'
import type { World } from './world.js'

/** Where each kind of row has its time and its id. */
const places = { composition: { time: 2, id: 1 }, ehr_status: { time: 2, id: 1 }, ehr: { time: 2, id: 0 } } as const

export function pagingRules(world: () => World): void {
  const byTime = async (kind: Kind, limit: number): Promise<Json[][]> => {
    const rows: Json[][] = []
    for (let where: string[] = []; ; ) {
      const page = (await world().server.query(aql({ kind, where, limit }))).rows
      rows.push(...page)
      const last = page.at(-1)
      if (last === undefined) return rows
      where = [ahead(kind, `${last[places[kind].time]}`, objectId(`${last[places[kind].id]}`))]
    }
  }
  const byId = async (kind: Kind, from: string, to: string, limit: number): Promise<Json[][]> => {
    const column = kind === 'ehr' ? 'e/ehr_id/value' : 'v/uid/value'
    const rows: Json[][] = []
    for (let after = from; ; ) {
      const where = [`${column} > '${after}'`, `${column} <= '${to}'`]
      const page = (await world().server.query(aql({ kind, where, by: 'id', limit }))).rows
      rows.push(...page)
      const last = page.at(-1)
      if (last === undefined) return rows
      after = objectId(`${last[places[kind].id]}`)
    }
  }
  const ids = (kind: Kind, rows: Json[][]) => rows.map(row => `${row[places[kind].id]}`)

  for (const kind of ['composition', 'ehr_status', 'ehr'] as const) {
    it(`shows each ${kind} once to who pages by time and id, in that order`, async () => {
      const rows = await byTime(kind, 7)
      assertOnce(ids(kind, rows))
      const keys = rows.map(row => [microseconds(`${row[places[kind].time]}`), `${row[places[kind].id]}`] as const)
      const sorted = keys.toSorted(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
      assert.deepEqual(keys, sorted)
    })

    it(`shows the same ${kind} rows, once each, to who reads four ranges of ids`, async () => {
      const bounds = ['00000000', '40000000', '80000000', 'c0000000', 'ffffffff'].map(
        first => `${first}-${first === 'ffffffff' ? 'ffff-ffff-ffff-ffffffffffff' : '0000-0000-0000-000000000000'}`,
      )
      const found: string[] = []
      for (const [n, from] of bounds.slice(0, -1).entries()) {
        const range = ids(kind, await byId(kind, from, bounds[n + 1] ?? '', 5))
        assert.deepEqual(range, range.toSorted())
        found.push(...range)
      }
      assertOnce(found)
      assert.deepEqual(found.toSorted(), ids(kind, await byTime(kind, 50)).toSorted())
    })
  }

  it('shows every composition that was filed to who pages by time', async () => {
    const found = new Set(ids('composition', await byTime('composition', 16)))
    for (const { versionUid } of world().filed) assert.ok(found.has(versionUid))
  })

  it('takes a commit time back as it gave it, and compares it exactly', async () => {
    const { rows } = await world().server.query(aql({ limit: 5 }))
    for (const [, versionUid, committedAt] of rows) {
      const through = [
        `v/commit_audit/time_committed >= '${committedAt}'`,
        `v/commit_audit/time_committed <= '${sixDigits(`${committedAt}`)}'`,
      ]
      const at = await world().server.query(aql({ where: through }))
      assert.ok(at.rows.some(row => row[1] === versionUid))
      assert.deepEqual(new Set(at.rows.map(row => row[2])), new Set([committedAt]))
    }
  })
}

function assertOnce(ids: readonly string[]): void {
  assert.ok(ids.length > 0)
  assert.equal(new Set(ids).size, ids.length)
}

const sixDigits = (instant: string): string => {
  const [seconds, fraction = ''] = instant.replace('Z', '').split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}Z`
}

const microseconds = (instant: string): bigint => {
  const [seconds = '', fraction = ''] = sixDigits(instant).replace('Z', '').split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction)
}
