import { Population, templates } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { type Login, type OpenEhr, openEhr } from '../../src/openehr.js'

/** A server to test, whatever it holds already. */
export interface ServerUnderTest {
  readonly baseUrl: string
  readonly systemId: string
  readonly login?: Login
  stop(): Promise<void>
}

export interface StartOptions {
  auth?: 'none' | 'basic'
  maxLimit?: number
}

export type Start = (options?: StartOptions) => Promise<ServerUnderTest>

/** A composition that the tests have filed and nobody changes. */
export interface Filed {
  readonly ehrId: string
  readonly versionUid: string
  readonly templateId: string
  /** As it was sent: without a uid. */
  readonly composition: JsonObject
}

/** What every server of the contract holds: all templates, and a few patients with 60 compositions. */
export interface World {
  readonly server: OpenEhr
  readonly systemId: string
  readonly filed: readonly Filed[]
}

const population = new Population({ seed: 7, compositions: 60, ehrs: 4 })

/** A composition of the sandbox's patients, as a client would file it. */
export function newComposition(index: number): JsonObject {
  const { uid: _, ...composition } = JSON.parse(population.text(index)) as JsonObject
  return composition
}

export async function fill({ baseUrl, systemId, login }: ServerUnderTest): Promise<World> {
  const server = openEhr(baseUrl, login)
  for (const template of templates) await server.upload(template.opt())
  const ehrIds: string[] = []
  for (let ehr = 0; ehr < population.ehrs; ehr++) ehrIds.push(await server.createEhr())
  const filed: Filed[] = []
  for (let index = 0; index < population.size; index++) {
    const ehrId = ehrIds[population.ehrAt(index)] ?? ''
    const templateId = templates[population.templateAt(index)]?.templateId ?? ''
    const composition = newComposition(index)
    filed.push({ ehrId, templateId, composition, versionUid: await server.commit(ehrId, composition) })
  }
  return { server, systemId, filed }
}
