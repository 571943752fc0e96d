import assert from 'node:assert/strict'
import { templates } from '@openehr-connectors/sandbox'
import { it } from 'mocha'
import { json } from '../../src/openehr.js'
import { aql, objectId } from './aql.js'
import type { World } from './world.js'

/** UTC, microseconds at most, and no zero at the end but the one of `.0`. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(0|\d{0,5}[1-9]))?Z$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function queryRules(world: () => World): void {
  const uids = async (...where: string[]) => {
    const { rows } = await world().server.query(aql({ where, by: 'id', limit: 200 }))
    return new Set(rows.map(([, versionUid]) => versionUid))
  }
  const filedUids = (keep: (filed: World['filed'][number]) => boolean) =>
    new Set(
      world()
        .filed.filter(keep)
        .map(({ versionUid }) => versionUid),
    )

  it('describes its answer: the query, its columns in order, its clock and its limits', async () => {
    const q = aql({ limit: 3 })
    const { meta, columns, rows, ...rest } = await world().server.query(q)
    assert.deepEqual(rest, { q })
    assert.deepEqual(columns, [
      { path: 'e/ehr_id/value', name: 'ehr_id' },
      { path: 'v/uid/value', name: 'version_uid' },
      { path: 'v/commit_audit/time_committed/value', name: 'committed_at' },
      { path: 'v/contribution/id/value', name: 'contribution_id' },
      { path: 'c/archetype_details/template_id/value', name: 'template_id' },
      { path: 'c/archetype_node_id', name: 'archetype_id' },
    ])
    // EHRbase also tells what it made of the query, unless it is configured not to.
    const { _created, _executed_aql, ...said } = meta
    assert.match(`${_created}`, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$/)
    assert.deepEqual(said, { _type: 'RESULTSET', _schema_version: '1.0.3', fetch: 3, offset: 0, resultsize: 3 })
    assert.equal(rows.length, 3)
  })

  it('tells of each composition where and when it was filed, of which template, and with what', async () => {
    const { server, filed } = world()
    for (const { ehrId, versionUid, templateId, composition } of filed.slice(0, 6)) {
      const where = [`v/uid/value MATCHES {'${objectId(versionUid)}'}`]
      const { rows } = await server.query(aql({ where, payload: true, by: 'id' }))
      assert.equal(rows.length, 1)
      const [ehr, uid, committedAt, contribution, template, archetype, whole] = rows[0] ?? []
      assert.deepEqual([ehr, uid, template, archetype], [ehrId, versionUid, templateId, composition.archetype_node_id])
      assert.match(`${committedAt}`, instant)
      assert.match(`${contribution}`, uuid)
      assert.deepEqual(whole, json(await server.demand('GET', `/ehr/${ehrId}/composition/${versionUid}`)))
    }
  })

  it('tells its system id beside a composition and beside an EHR', async () => {
    const { server, systemId } = world()
    const from = 'EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c'
    const beside = await server.query(
      'SELECT e/system_id/value AS system_id, v/uid/value AS version_uid, ' +
        `v/commit_audit/time_committed/value AS committed_at FROM ${from} ` +
        "WHERE v/commit_audit/time_committed >= '1970-01-01T00:00:00.000000Z' " +
        'ORDER BY v/commit_audit/time_committed ASC, v/uid/value ASC LIMIT 1',
    )
    assert.equal(beside.rows[0]?.[0], systemId)
    const ehrs = await server.query(aql({ kind: 'ehr', limit: 1 }))
    assert.equal(ehrs.rows[0]?.[1], systemId)
  })

  it('finds the compositions of some templates', async () => {
    const wanted = templates.slice(0, 2).map(({ templateId }) => templateId)
    const ehrs = `e/ehr_id/value MATCHES {${quoted(filedEhrs(world()))}}`
    const found = await uids(`c/archetype_details/template_id/value MATCHES {${quoted(wanted)}}`, ehrs)
    assert.ok(found.size > 0)
    assert.deepEqual(
      found,
      filedUids(({ templateId }) => wanted.includes(templateId)),
    )
  })

  it('finds no composition of a template that it does not have, and does not mind', async () => {
    assert.deepEqual(await uids("c/archetype_details/template_id/value MATCHES {'nobody.v1'}"), new Set())
  })

  it('finds the compositions of some EHRs, and none of an EHR that it does not have', async () => {
    const [first = '', second = ''] = filedEhrs(world())
    const nobody = '00000000-0000-4000-8000-000000000000'
    const found = await uids(`e/ehr_id/value MATCHES {${quoted([first, second, nobody])}}`)
    assert.deepEqual(
      found,
      filedUids(({ ehrId }) => ehrId === first || ehrId === second),
    )
  })

  it('finds compositions by their object ids', async () => {
    const wanted = world()
      .filed.slice(10, 20)
      .map(({ versionUid }) => versionUid)
    assert.deepEqual(await uids(`v/uid/value MATCHES {${quoted(wanted.map(objectId))}}`), new Set(wanted))
  })

  it('lists EHRs with the time of their creation', async () => {
    const { server, filed } = world()
    const where = [`e/ehr_id/value MATCHES {${quoted(filedEhrs(world()))}}`]
    const { rows } = await server.query(aql({ kind: 'ehr', where }))
    assert.deepEqual(new Set(rows.map(([ehrId]) => ehrId)), new Set(filed.map(({ ehrId }) => ehrId)))
    for (const [, , created] of rows) assert.match(`${created}`, instant)
  })

  it('gives the EHR_STATUS of an EHR as one version of it', async () => {
    const { server, systemId } = world()
    const [ehrId = ''] = filedEhrs(world())
    const where = [`e/ehr_id/value MATCHES {'${ehrId}'}`]
    const { rows } = await server.query(aql({ kind: 'ehr_status', where, payload: true }))
    assert.equal(rows.length, 1)
    const [ehr, versionUid, committedAt, contribution, status] = rows[0] ?? []
    assert.equal(ehr, ehrId)
    assert.match(`${versionUid}`, new RegExp(`^[0-9a-f-]{36}::${systemId}::1$`))
    assert.match(`${committedAt}`, instant)
    assert.match(`${contribution}`, uuid)
    assert.deepEqual(status, {
      _type: 'EHR_STATUS',
      uid: { _type: 'OBJECT_VERSION_ID', value: versionUid },
      archetype_node_id: 'openEHR-EHR-EHR_STATUS.generic.v1',
      name: { _type: 'DV_TEXT', value: 'EHR Status' },
      subject: { _type: 'PARTY_SELF' },
      is_queryable: true,
      is_modifiable: true,
    })
  })
}

const filedEhrs = ({ filed }: World): string[] => [...new Set(filed.map(({ ehrId }) => ehrId))]
const quoted = (values: readonly string[]): string => values.map(value => `'${value}'`).join(', ')
