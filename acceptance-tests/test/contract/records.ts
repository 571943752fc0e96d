import assert from 'node:assert/strict'
import { it } from 'mocha'
import { type Answer, etag, json } from '../../src/openehr.js'
import { aql, objectId } from './aql.js'
import { newComposition, type World } from './world.js'

const nobody = '00000000-0000-4000-8000-000000000000'

export function recordRules(world: () => World): void {
  const latest = async (versionUid: string) => {
    const where = [`v/uid/value MATCHES {'${objectId(versionUid)}'}`]
    const { rows } = await world().server.query(aql({ where, by: 'id' }))
    return rows.map(([, uid]) => uid)
  }

  it('makes an EHR and names it in the ETag', async () => {
    const made = await world().server.request('POST', '/ehr')
    assert.equal(made.status, 201)
    const found = await world().server.demand('GET', `/ehr/${etag(made)}`)
    const { ehr_id, system_id } = json<Record<string, { value: string }>>(found)
    assert.deepEqual([ehr_id?.value, system_id?.value], [etag(made), world().systemId])
  })

  it('does not know an EHR that was never made', async () => {
    const { server } = world()
    const refused = (message: string) => ({ status: 404, error: 'Not Found', message })
    assert.deepEqual(
      refusal(await server.request('GET', `/ehr/${nobody}`)),
      refused(`No EHR found with given ID: ${nobody}`),
    )
    assert.deepEqual(
      refusal(await server.request('POST', `/ehr/${nobody}/composition`, { body: newComposition(0) })),
      refused(`EHR with id ${nobody} not found`),
    )
  })

  it('answers a new composition with 204, its version in the ETag and its address', async () => {
    const { server, systemId } = world()
    const ehrId = await server.createEhr()
    const made = await server.request('POST', `/ehr/${ehrId}/composition`, { body: newComposition(0) })
    assert.deepEqual([made.status, made.text], [204, ''])
    assert.match(etag(made), new RegExp(`^[0-9a-f-]{36}::${systemId}::1$`))
    const address = `/ehr/${ehrId}/composition/${objectId(etag(made))}`
    assert.ok(made.headers.get('location')?.endsWith(address))
  })

  it('sends what it has stored when it is asked to: what was sent, and a uid', async () => {
    const { server } = world()
    const path = `/ehr/${await server.createEhr()}/composition`
    const composition = newComposition(1)
    const made = await server.request('POST', path, { body: composition, headers: { prefer: 'return=representation' } })
    assert.equal(made.status, 201)
    const uid = { _type: 'OBJECT_VERSION_ID', value: etag(made) }
    assert.deepEqual(json(made), { ...composition, uid })
  })

  it('gives a composition by its object id and by its version', async () => {
    const { server, filed } = world()
    for (const { ehrId, versionUid, composition } of filed.slice(0, 8)) {
      const stored = { ...composition, uid: { _type: 'OBJECT_VERSION_ID', value: versionUid } }
      for (const id of [objectId(versionUid), versionUid]) {
        const answer = await server.demand('GET', `/ehr/${ehrId}/composition/${id}`)
        assert.equal(etag(answer), versionUid)
        assert.deepEqual(json(answer), stored)
      }
    }
  })

  it('refuses a composition of a template that it does not have with 422', async () => {
    const { server, filed } = world()
    const text = JSON.stringify(filed[0]?.composition).replaceAll(filed[0]?.templateId ?? '', 'nobody.v1')
    assert.deepEqual(refusal(await server.request('POST', `/ehr/${filed[0]?.ehrId}/composition`, { body: text })), {
      status: 422,
      error: 'Unprocessable Entity',
      message: 'Could not retrieve template for template Id: nobody.v1',
    })
  })

  it('shows an update as the next version, in the place of the one before', async () => {
    const { server } = world()
    const path = `/ehr/${await server.createEhr()}/composition`
    const first = etag(await server.demand('POST', path, { body: newComposition(2) }))
    const address = `${path}/${objectId(first)}`
    const changed = await server.request('PUT', address, { body: newComposition(2), headers: { 'if-match': first } })
    const second = first.replace(/1$/, '2')
    assert.deepEqual([changed.status, etag(changed)], [204, second])
    assert.equal(etag(await server.demand('GET', address)), second)
    assert.equal(etag(await server.demand('GET', `${path}/${first}`)), first)
    assert.deepEqual(await latest(first), [second])
  })

  it('refuses an update of any version but the latest', async () => {
    const { server, filed } = world()
    const { ehrId, versionUid, composition: body } = filed[3] ?? { ehrId: '', versionUid: '', composition: {} }
    const address = `/ehr/${ehrId}/composition/${objectId(versionUid)}`
    const stale = { 'if-match': versionUid.replace(/1$/, '7') }
    assert.deepEqual(refusal(await server.request('PUT', address, { body, headers: stale })), {
      status: 412,
      error: 'Precondition Failed',
      message: 'If-Match version_uid does not match latest version',
    })
    assert.equal((await server.request('PUT', address, { body })).status, 400)
    assert.deepEqual(await latest(versionUid), [versionUid])
  })

  it('answers 204 for a deleted composition, keeps its versions, and has no trace of it in AQL', async () => {
    const { server } = world()
    const path = `/ehr/${await server.createEhr()}/composition`
    const uid = etag(await server.demand('POST', path, { body: newComposition(4) }))
    const stays = etag(await server.demand('POST', path, { body: newComposition(5) }))
    const gone = await server.request('DELETE', `${path}/${uid}`)
    assert.deepEqual([gone.status, gone.text], [204, ''])
    const statuses = async (...ids: string[]) =>
      Promise.all(ids.map(async id => (await server.request('GET', `${path}/${id}`)).status))
    assert.deepEqual(await statuses(objectId(uid), uid.replace(/1$/, '2'), uid), [204, 204, 200])
    assert.deepEqual([await latest(uid), await latest(stays)], [[], [stays]])
    assert.equal((await server.request('DELETE', `${path}/${uid}`)).status, 404)
  })

  it('refuses to delete any version but the latest', async () => {
    const { server, filed } = world()
    const { ehrId, versionUid } = filed[6] ?? { ehrId: '', versionUid: '' }
    const answer = await server.request('DELETE', `/ehr/${ehrId}/composition/${versionUid.replace(/1$/, '7')}`)
    assert.deepEqual(refusal(answer), {
      status: 409,
      error: 'Conflict',
      message: 'If-Match version_uid does not match latest version',
    })
    assert.deepEqual(await latest(versionUid), [versionUid])
  })

  it('does not know a composition that was never filed', async () => {
    const { server, filed } = world()
    assert.deepEqual(refusal(await server.request('GET', `/ehr/${filed[0]?.ehrId}/composition/${nobody}`)), {
      status: 404,
      error: 'Not Found',
      message: `No COMPOSITION with given id: ${nobody}`,
    })
  })
}

const refusal = (answer: Answer) => ({ status: answer.status, ...json(answer) })
