import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type Sandbox, startSandbox } from '../../src/sandbox.js'
import { ask, compositions, statuses } from '../ask.js'

describe('writing', () => {
  let sandbox: Sandbox
  let clock = Date.UTC(2026, 5, 1) * 1000
  before(async () => {
    sandbox = await startSandbox({ compositions: 40, ehrs: 2, systemId: 'here', now: () => (clock += 1_500_000) })
  })
  after(() => sandbox.stop())

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(sandbox.baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const etag = (response: Response) => (response.headers.get('etag') ?? '').replaceAll('"', '')
  const message = async (response: Response) => ((await response.json()) as { message: string }).message
  const newEhr = async () => etag(await send('POST', '/ehr'))
  const example = (): Record<string, unknown> => {
    const { uid: _, ...composition } = JSON.parse(sandbox.population.text(0))
    return composition
  }
  const seen = async (ehrId: string) =>
    (await ask(sandbox, `SELECT v/uid/value, c ${compositions} WHERE e/ehr_id/value = '${ehrId}' ORDER BY v/uid/value`))
      .rows

  it('makes an EHR with its status, which AQL and REST show', async () => {
    const ehrId = '11111111-1111-4111-8111-111111111111'
    const created = await send('PUT', `/ehr/${ehrId}`, undefined, { prefer: 'return=representation' })
    assert.equal(created.status, 201)
    const ehr = (await created.json()) as { time_created: { value: string }; ehr_status: { uid: { value: string } } }
    const listed = await ask(sandbox, `SELECT e/time_created/value FROM EHR e WHERE e/ehr_id/value = '${ehrId}'`)
    assert.deepEqual(listed.rows, [[ehr.time_created.value]])
    const status = await send('GET', `/ehr/${ehrId}/ehr_status`)
    assert.equal(etag(status), ehr.ehr_status.uid.value)
    const found = await ask(sandbox, `SELECT s ${statuses} WHERE e/ehr_id/value = '${ehrId}'`)
    assert.deepEqual(found.rows, [[await status.json()]])
    assert.deepEqual(await (await send('GET', `/ehr/${ehrId}`)).json(), ehr)
    const again = await send('PUT', `/ehr/${ehrId}`)
    assert.equal(again.status, 409)
    assert.equal(await message(again), `EHR with id ${ehrId} already exists.`)
  })

  it('shows a new composition at once, as it was sent and with its uid', async () => {
    const ehrId = await newEhr()
    const created = await send('POST', `/ehr/${ehrId}/composition`, example())
    assert.equal(created.status, 204)
    const uid = etag(created)
    const stored = { ...example(), uid: { _type: 'OBJECT_VERSION_ID', value: uid } }
    assert.deepEqual(await seen(ehrId), [[uid, stored]])
    assert.deepEqual(await (await send('GET', `/ehr/${ehrId}/composition/${uid}`)).json(), stored)
    assert.deepEqual(await (await send('GET', `/ehr/${ehrId}/composition/${uid.slice(0, 36)}`)).json(), stored)
  })

  it('takes its place in both orders by commit time and uid', async () => {
    const ehrId = await newEhr()
    const uid = etag(await send('POST', `/ehr/${ehrId}/composition`, example()))
    const columns = 'SELECT v/uid/value, v/commit_audit/time_committed/value'
    const byTime = await ask(sandbox, `${columns} ${compositions} ORDER BY v/commit_audit/time_committed, v/uid/value`)
    assert.equal(byTime.rows.at(-1)?.[0], uid)
    const byUid = (await ask(sandbox, `${columns} ${compositions} ORDER BY v/uid/value`)).rows.map(([uid]) => uid)
    assert.deepEqual(byUid, [...byUid].sort())
    assert.ok(byUid.includes(uid))
  })

  for (const origin of ['seeded', 'written'] as const) {
    const given = async () => {
      if (origin === 'seeded') {
        const { population } = sandbox
        const index = population.size - 1
        return { ehrId: population.ehrIdAt(population.ehrAt(index)), id: population.uidAt(index) }
      }
      const ehrId = await newEhr()
      return { ehrId, id: etag(await send('POST', `/ehr/${ehrId}/composition`, example())).slice(0, 36) }
    }

    it(`shows only the latest version of a ${origin} composition, then none, then the revived one`, async () => {
      const { ehrId, id } = await given()
      const path = `/ehr/${ehrId}/composition/${id}`
      const versions = async () => (await seen(ehrId)).map(([uid]) => uid).filter(uid => String(uid).startsWith(id))
      const update = (version: number) => send('PUT', path, example(), { 'if-match': `${id}::here::${version}` })

      assert.equal(etag(await update(1)), `${id}::here::2`)
      assert.deepEqual(await versions(), [`${id}::here::2`])
      assert.equal((await send('GET', `${path}::here::1`)).status, 200)

      assert.equal((await send('DELETE', `${path}::here::2`)).status, 204)
      assert.deepEqual(await versions(), [])
      assert.equal((await send('GET', path)).status, 204)
      assert.equal((await send('GET', `${path}::here::3`)).status, 204)
      assert.equal((await send('GET', `${path}::here::2`)).status, 200)

      assert.equal(etag(await update(3)), `${id}::here::4`)
      assert.deepEqual(await versions(), [`${id}::here::4`])
      const history = await send('GET', `/ehr/${ehrId}/versioned_composition/${id}/revision_history`)
      const kinds = ((await history.json()) as { audits: [{ change_type: { value: string } }] }[]).map(
        item => item.audits[0].change_type.value,
      )
      assert.deepEqual(kinds, ['creation', 'modification', 'deleted', 'modification'])
      const version = await send('GET', `/ehr/${ehrId}/versioned_composition/${id}/version/${id}::here::2`)
      const { data, preceding_version_uid: before } = (await version.json()) as Record<string, { value?: string }>
      assert.deepEqual(data, { ...example(), uid: { _type: 'OBJECT_VERSION_ID', value: `${id}::here::2` } })
      assert.equal(before?.value, `${id}::here::1`)
    })
  }

  it('refuses what EHRbase refuses', async () => {
    const ehrId = await newEhr()
    const none = '22222222-2222-4222-8222-222222222222'
    const uid = etag(await send('POST', `/ehr/${ehrId}/composition`, example()))
    const id = uid.slice(0, 36)
    const refusals: [Promise<Response>, number, string][] = [
      [send('POST', `/ehr/${none}/composition`, example()), 404, `EHR with id ${none} not found`],
      [
        send('POST', `/ehr/${ehrId}/composition`, { _type: 'COMPOSITION' }),
        400,
        'Composition missing mandatory attribute: name',
      ],
      [
        send('POST', `/ehr/${ehrId}/composition`, {
          ...example(),
          archetype_details: { template_id: { value: 'nope' } },
        }),
        422,
        'Could not retrieve template for template Id: nope',
      ],
      [
        send('PUT', `/ehr/${ehrId}/composition/${id}`, example()),
        400,
        "Required request header 'If-Match' for method parameter type String is not present",
      ],
      [
        send('PUT', `/ehr/${ehrId}/composition/${id}`, example(), { 'if-match': `${id}::here::7` }),
        412,
        'If-Match version_uid does not match latest version',
      ],
      [
        send('DELETE', `/ehr/${ehrId}/composition/${id}::here::7`),
        409,
        'If-Match version_uid does not match latest version',
      ],
      [
        send('DELETE', `/ehr/${ehrId}/composition/${none}::here::1`),
        404,
        'No EHR with the supplied ehr_id or no COMPOSITION with the supplied preceding_version_uid.',
      ],
      [send('GET', `/ehr/${ehrId}/composition/${none}`), 404, `No COMPOSITION with given id: ${none}`],
      [send('GET', `/ehr/${ehrId}/composition/${id}::here::9`), 404, 'No COMPOSITION with given ID found'],
      [send('GET', `/ehr/${ehrId}/composition/zzz`), 400, 'Invalid UUID string: zzz'],
      [send('GET', `/ehr/${none}`), 404, `No EHR found with given ID: ${none}`],
      [send('PUT', '/ehr/zzz'), 400, 'EHR ID format not a UUID'],
    ]
    for (const [response, status, text] of refusals) {
      assert.equal((await response).status, status)
      assert.equal(await message(await response), text)
    }
  })

  it('serves templates as OPT and as web template, and takes new ones', async () => {
    const path = '/definition/template/adl1.4'
    const list = async () =>
      ((await (await send('GET', path)).json()) as { template_id: string }[]).map(t => t.template_id)
    const [first = ''] = await list()
    const template = (accept: string) => send('GET', `${path}/${encodeURIComponent(first)}`, undefined, { accept })
    assert.match(await (await template('application/xml')).text(), /<template /)
    const web = (await (await template('application/openehr.wt+json')).json()) as { templateId: string }
    assert.equal(web.templateId, first)
    assert.equal((await template('text/csv')).status, 406)
    const opt = (await (await template('application/xml')).text()).replaceAll(first, 'another.v1')
    const upload = () =>
      fetch(sandbox.baseUrl + path, { method: 'POST', headers: { 'content-type': 'application/xml' }, body: opt })
    assert.equal((await upload()).status, 201)
    assert.ok((await list()).includes('another.v1'))
    const again = await upload()
    assert.equal(again.status, 409)
    assert.equal(await message(again), 'Operational template with this template ID already exists: another.v1')
    assert.equal((await send('GET', `${path}/nope`)).status, 404)
  })
})
