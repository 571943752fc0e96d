import { type Sandbox, templates } from '@openehr-connectors/sandbox'
import type { JsonObject } from '@openehr-connectors/spec'
import { etag, openEhr } from '../../src/openehr.js'
import { type Chance, oneOf } from './chance.js'

/** The latest version of a composition, as who wrote it knows. */
export interface Kept {
  readonly ehrId: string
  readonly templateId: string
  readonly versionUid: string
}

/** Those who write at the server, and remember what it has to hold. */
export interface Clinic {
  /** By object id. */
  readonly kept: ReadonlyMap<string, Kept>
  create(): Promise<void>
  /** Writes the next version of a composition. */
  update(): Promise<void>
}

export function clinic({ baseUrl, population }: Sandbox, chance: Chance): Clinic {
  const server = openEhr(baseUrl)
  const kept = new Map<string, Kept>()
  for (let index = 0; index < population.size; index++)
    keep({
      ehrId: population.ehrIdAt(population.ehrAt(index)),
      templateId: templateOf(index),
      versionUid: `${population.uidAt(index)}::${population.systemId}::1`,
    })
  const indices = [...Array(population.size).keys()]
  const ofTemplate = new Map(
    templates.map(({ templateId }) => [templateId, indices.filter(index => templateOf(index) === templateId)]),
  )

  function keep(one: Kept): void {
    kept.set(one.versionUid.split('::', 1)[0] ?? '', one)
  }

  function templateOf(index: number): string {
    return templates[population.templateAt(index)]?.templateId ?? ''
  }

  function content(index: number): JsonObject {
    const { uid: _, ...composition } = JSON.parse(population.text(index)) as JsonObject
    return composition
  }

  return {
    kept,
    async create() {
      const index = oneOf(chance, indices)
      const ehrId = population.ehrIdAt(population.ehrAt(index))
      keep({ ehrId, templateId: templateOf(index), versionUid: await server.commit(ehrId, content(index)) })
    },
    async update() {
      const [objectId, { ehrId, templateId, versionUid }] = oneOf(chance, [...kept])
      // A composition keeps its template for all its life.
      const index = oneOf(chance, ofTemplate.get(templateId) ?? [])
      const answer = await server.demand('PUT', `/ehr/${ehrId}/composition/${objectId}`, {
        body: content(index),
        headers: { 'if-match': versionUid },
      })
      keep({ ehrId, templateId, versionUid: etag(answer) })
    },
  }
}

/** @returns their version uids in order, of one template when one is named */
export const versionsIn = ({ kept }: Clinic, templateId?: string): string[] =>
  [...kept.values()]
    .filter(one => (templateId ?? one.templateId) === one.templateId)
    .map(({ versionUid }) => versionUid)
    .toSorted()
