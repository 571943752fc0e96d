import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { discover, type Selection, type StreamSummary, type Summary, sync } from '@openehr-connectors/sync'
import { after, before, describe, it } from 'mocha'
import pg from 'pg'
import { type Ehrbase, startEhrbase } from '../../src/ehrbase.js'
import { loadGenerated, loadSdkCompositions, poison } from '../../src/load.js'
import { json, type OpenEhr, openEhr } from '../../src/openehr.js'
import { composition, type Served, served } from './served.js'

const generated = 10_000

describe('EHRbase to PostgreSQL, end to end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ehrbase-to-postgres-'))
  let ehrbase: Ehrbase
  let postgres: Postgres
  let server: OpenEhr
  let database: pg.Client
  let fromSdk: number

  before(async () => {
    ehrbase = await startEhrbase()
    postgres = await startPostgres()
    database = new pg.Client({ connectionString: postgres.url })
    await database.connect()
    server = openEhr(ehrbase.baseUrl)
    fromSdk = await loadSdkCompositions(ehrbase.baseUrl)
    await loadGenerated(ehrbase.baseUrl, generated)
  })
  after(async () => {
    await database?.end()
    await postgres?.stop()
    await ehrbase?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Syncs into a schema that is also the name of the connection. */
  const run = async (schema: string, streams: Selection): Promise<Summary> => {
    const { host, port, database: name, user, password } = postgres
    const summary = await sync({
      source: {
        command: 'source-openehr',
        config: { base_url: ehrbase.baseUrl, authentication: { method: 'none' } },
      },
      destination: {
        command: 'destination-postgres',
        config: { host, port, database: name, username: user, password, schema },
      },
      streams,
      stateFile: join(folder, `${schema}.json`),
    })
    assert.deepEqual([summary.outcome, summary.problems], ['succeeded', []])
    return summary
  }
  const land = () => run('landed', ['compositions', 'ehrs', 'ehr_statuses', 'templates'])
  const rows = async <T extends object>(sql: string, ...values: unknown[]) =>
    (await database.query<T>(sql, values)).rows
  const landed = async () => {
    const found = await rows<{ version_uid: string }>('SELECT version_uid FROM landed.compositions')
    return found.map(row => row.version_uid).toSorted()
  }
  const uids = (compositions: readonly Served[]) => compositions.map(({ versionUid }) => versionUid).toSorted()

  it('lands every composition, and of each exactly what the server gives by GET', async () => {
    assert.ok(fromSdk >= 50, `The server took ${fromSdk} compositions of the SDK.`)
    await land()
    const compositions = await served(server)
    assert.equal(compositions.length, fromSdk + generated)
    assert.deepEqual(await landed(), uids(compositions))
    for (const part of parts(compositions, 200)) {
      const found = await rows<Row>(
        `SELECT ehr_id, version_uid, composition_uid, version, template_id, archetype_id, composition_name, system_id,
           to_char(committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS committed_at, composition
         FROM landed.compositions WHERE version_uid = ANY($1) ORDER BY composition_uid::uuid`,
        uids(part),
      )
      // One after another they would take minutes; EHRbase has ten connections to its database.
      const expected: Row[] = []
      for (const few of parts(part, 8))
        expected.push(...(await Promise.all(few.map(async it => asRow(it, await composition(server, it))))))
      assert.deepEqual(found, expected)
    }
  })

  it('lands the compositions of each template in a table of their own, if that is wished', async () => {
    const source = {
      command: 'source-openehr',
      config: { base_url: ehrbase.baseUrl, authentication: { method: 'none' } },
    }
    const names = (await discover(source)).map(({ name }) => name).filter(name => name.startsWith('composition_'))
    const templates = json<{ template_id: string }[]>(await server.demand('GET', '/definition/template/adl1.4'))
    assert.equal(names.length, templates.length)
    await run('apart', names)
    const tables = names.map(name => `SELECT '${name}' AS name, * FROM apart."${name}"`).join(' UNION ALL ')
    const [differences] = await rows<{ differ: string; mixed: string }>(
      `WITH apart AS (${tables})
       SELECT (SELECT count(*) FROM apart FULL JOIN landed.compositions AS whole USING (version_uid)
               WHERE apart.composition IS DISTINCT FROM whole.composition) AS differ,
              (SELECT count(*) FROM (SELECT FROM apart GROUP BY name HAVING count(DISTINCT template_id) > 1)) AS mixed`,
    )
    assert.deepEqual(differences, { differ: '0', mixed: '0' })
  })

  it('lands every EHR, every EHR_STATUS and every template', async () => {
    const count = async (table: string) =>
      (await rows<{ count: string }>(`SELECT count(*) FROM landed.${table}`))[0]?.count
    const ehrs = (await server.query('SELECT COUNT(e/ehr_id/value) FROM EHR e')).rows[0]?.[0]
    const templates = json<unknown[]>(await server.demand('GET', '/definition/template/adl1.4')).length
    assert.deepEqual(
      [await count('ehrs'), await count('ehr_statuses'), await count('templates')],
      [`${ehrs}`, `${ehrs}`, `${templates}`],
    )
  })

  it('lands nothing again when nothing has changed', async () => {
    const { streams } = await land()
    const followed = streams.filter(({ syncMode }) => syncMode === 'incremental')
    assert.deepEqual(followed.map(nameAndRecords), [
      { name: 'compositions', records: 0 },
      { name: 'ehrs', records: 0 },
      { name: 'ehr_statuses', records: 0 },
    ])
  })

  it('lands what was filed and what was changed since, and nothing else', async () => {
    const [first, second] = await served(server)
    if (!first || !second) throw new Error('The server holds no compositions.')
    const { uid: _, ...content } = await composition(server, first)
    const objectId = first.versionUid.split('::', 1)[0]
    await server.demand('PUT', `/ehr/${first.ehrId}/composition/${objectId}`, {
      body: content,
      headers: { 'if-match': first.versionUid },
    })
    await server.commit(second.ehrId, content)
    const { streams } = await land()
    assert.equal(streams.find(({ name }) => name === 'compositions')?.records, 2)
    assert.deepEqual(await landed(), uids(await served(server)))
  })

  it('lands a composition that the server cannot give as its ids alone, and its neighbours whole', async () => {
    const unreadable = await poison(ehrbase.baseUrl)
    const [neighbour = nobody] = await served(server)
    const { uid: _, ...content } = await composition(server, neighbour)
    const healthy = await server.commit(neighbour.ehrId, content)
    await land()
    assert.deepEqual(await landed(), uids(await served(server)))
    const found = await rows<{
      version_uid: string
      template_id: string | null
      empty: boolean
      changes: JsonObject[]
    }>(
      `SELECT version_uid, template_id, composition IS NULL AS empty, _airbyte_meta -> 'changes' AS changes
       FROM landed.compositions WHERE version_uid = ANY($1) OR composition IS NULL`,
      [unreadable, healthy],
    )
    const byUid = new Map(found.map(row => [row.version_uid, row]))
    assert.equal(byUid.size, 2)
    assert.deepEqual([byUid.get(healthy)?.empty, byUid.get(healthy)?.changes], [false, []])
    const { empty, template_id, changes } = byUid.get(unreadable) ?? {}
    assert.deepEqual([empty, typeof template_id], [true, 'string'])
    assert.deepEqual(changes, [{ field: 'composition', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }])
  })
})

const nobody: Served = { ehrId: '', versionUid: '', templateId: '', committedAt: '' }

interface Row {
  readonly ehr_id: string
  readonly version_uid: string
  readonly composition_uid: string
  readonly version: string
  readonly template_id: string
  readonly archetype_id: string
  readonly composition_name: string
  readonly system_id: string
  readonly committed_at: string
  readonly composition: JsonObject
}

/** The row that a composition must have become. */
function asRow({ ehrId, versionUid, templateId, committedAt }: Served, whole: JsonObject): Row {
  const [objectId = '', systemId = '', version = ''] = versionUid.split('::')
  const [seconds = '', fraction = ''] = committedAt.replace('Z', '').split('.')
  return {
    ehr_id: ehrId,
    version_uid: versionUid,
    composition_uid: objectId,
    version,
    template_id: templateId,
    archetype_id: String(whole.archetype_node_id),
    composition_name: String((whole.name as JsonObject).value),
    system_id: systemId,
    committed_at: `${seconds}.${fraction.padEnd(6, '0')}Z`,
    composition: whole,
  }
}

function* parts<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}

const nameAndRecords = ({ name, records }: StreamSummary) => ({ name, records })
