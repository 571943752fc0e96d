import assert from 'node:assert/strict'
import { templates } from '@openehr-connectors/sandbox'
import { it } from 'mocha'
import { etag, json } from '../../src/openehr.js'
import type { World } from './world.js'

const path = '/definition/template/adl1.4'
const xml = { 'content-type': 'application/xml', accept: 'application/xml' }

export function templateRules(world: () => World): void {
  it('lists each template with its archetype, its concept and when it came', async () => {
    const list = json<Record<string, string>[]>(await world().server.demand('GET', path))
    const told = list.map(({ template_id, archetype_id, concept }) => ({ template_id, archetype_id, concept }))
    const uploaded = templates.map(t => ({
      template_id: t.templateId,
      archetype_id: t.archetypeId,
      concept: t.concept,
    }))
    assert.deepEqual(new Set(told), new Set(uploaded))
    for (const { created_timestamp } of list) assert.match(`${created_timestamp}`, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('refuses a template that it has with 409, and keeps the one it has', async () => {
    const again = await world().server.request('POST', path, { body: templates[0]?.opt() ?? '', headers: xml })
    assert.equal(again.status, 409)
    assert.match(again.text, /Operational template with this template ID already exists/)
  })

  it('refuses a text that is no template with 400', async () => {
    const answer = await world().server.request('POST', path, { body: '<x/>', headers: xml })
    assert.equal(answer.status, 400)
  })

  for (const { templateId, opt, webTemplate } of templates) {
    const address = `${path}/${encodeURIComponent(templateId)}`

    it(`gives ${templateId} back as the XML that it was`, async () => {
      const answer = await world().server.demand('GET', address, { headers: { accept: 'application/xml' } })
      assert.match(answer.headers.get('content-type') ?? '', /^application\/xml/)
      assert.equal(etag(answer), templateId)
      assert.equal(meaning(answer.text), meaning(opt()))
    })

    it(`gives ${templateId} as the web template that was recorded from an EHRbase`, async () => {
      for (const accept of ['application/json', 'application/openehr.wt+json']) {
        const answer = await world().server.demand('GET', address, { headers: { accept } })
        assert.ok(answer.headers.get('content-type')?.startsWith(accept))
        assert.deepEqual(json(answer), JSON.parse(webTemplate()))
      }
    })
  }

  it('does not know a template that was never uploaded', async () => {
    const answer = await world().server.request('GET', `${path}/nobody.v1`)
    assert.equal(answer.status, 404)
    assert.deepEqual(json(answer), {
      error: 'Not Found',
      message: 'Template with the specified id does not exist',
    })
  })
}

/** A server may lay XML out anew, leave its first line away, and escape a `>` or not. */
const meaning = (xml: string): string =>
  xml
    .replace(/<\?xml[^>]*\?>/, '')
    .replaceAll('&gt;', '>')
    .replace(/>\s+</g, '><')
    .trim()
