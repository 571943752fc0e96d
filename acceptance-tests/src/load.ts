import { Population, templates } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { contribution } from './contribution.js'
import { etag, json, openEhr } from './openehr.js'
import { sdkTestData } from './sdk-test-data.js'

const templatePath = '/definition/template/adl1.4'
const xml = { 'content-type': 'application/xml', accept: 'application/xml' }

/** EHRs that are being filled at once. EHRbase has ten connections to its database. */
const width = 8

/** Filed in one contribution, and so with one commit time. */
const perContribution = 20

/**
 * Fills a server with the templates of openEHR's SDK, the compositions of its test data, and the server's own example of
 * each of its templates. What the server refuses is left out: much of the test data is invalid on purpose.
 *
 * @returns how many compositions it took
 */
export async function loadSdkCompositions(baseUrl: string): Promise<number> {
  const server = openEhr(baseUrl)
  const sdk = await sdkTestData()
  for (const opt of sdk.templates) await server.request('POST', templatePath, { body: opt, headers: xml })
  const path = `/ehr/${await server.createEhr()}/composition`
  const taken: boolean[] = []
  const offer = async (body: string | JsonObject) => {
    taken.push((await server.request('POST', path, { body })).status < 300)
  }
  for (const text of sdk.compositions) {
    // Their uids are of other systems, which an EHRbase refuses.
    const { uid: _, ...composition } = JSON.parse(text) as JsonObject
    await offer(composition)
  }
  for (const { template_id } of json<{ template_id: string }[]>(await server.demand('GET', templatePath))) {
    const example = await server.request('GET', `${templatePath}/${encodeURIComponent(template_id)}/example`)
    if (example.status === 200) await offer(example.text)
  }
  return taken.filter(Boolean).length
}

/**
 * Fills a server with the sandbox's templates and synthetic patients. Each EHR gets its first compositions one by one and
 * the others in contributions, so that commit times are both alone and shared.
 */
export async function loadGenerated(baseUrl: string, count: number, seed = 1): Promise<void> {
  const server = openEhr(baseUrl)
  const population = new Population({ seed, compositions: count })
  for (const template of templates) await server.upload(template.opt())
  let next = 0
  const fillEhr = async () => {
    const texts = Array.from(population.compositionsOf(next++), index => withoutUid(population.text(index)))
    const ehrId = await server.createEhr()
    for (const text of texts.splice(0, 4)) await server.commit(ehrId, text)
    while (texts.length > 0) {
      const body = contribution(texts.splice(0, perContribution))
      await server.demand('POST', `/ehr/${ehrId}/contribution`, { body, headers: { prefer: 'return=minimal' } })
    }
  }
  // One alone: EHRbase notes the user at the first write, and of several at once all but one are answered 500.
  await fillEhr()
  const fillEhrs = async () => {
    while (next < population.ehrs) await fillEhr()
  }
  await Promise.all(Array.from({ length: width }, fillEhrs))
}

/**
 * Files a composition that an EHRbase takes and cannot give back: an ELEMENT of it has a feeder audit. Every page of whole
 * compositions that it belongs to is answered 500.
 *
 * @returns its version uid
 */
export async function poison(baseUrl: string): Promise<string> {
  const server = openEhr(baseUrl)
  const [template] = templates
  if (!template) throw new Error('The sandbox has no template.')
  await server.upload(template.opt())
  const audit =
    '{"_type":"FEEDER_AUDIT","originating_system_audit":{"_type":"FEEDER_AUDIT_DETAILS","system_id":"elsewhere.example"}}'
  const text = withoutUid(new Population({ seed: 1, compositions: 1 }).text(0))
  const poisoned = text.replace('"_type":"ELEMENT"', `"_type":"ELEMENT","feeder_audit":${audit}`)
  return etag(await server.demand('POST', `/ehr/${await server.createEhr()}/composition`, { body: poisoned }))
}

function withoutUid(text: string): string {
  const { uid: _, ...composition } = JSON.parse(text) as JsonObject
  return JSON.stringify(composition)
}
