import { ascending, sortedBy } from '../patients/order.js'
import type { Population } from '../patients/population.js'
import { templates } from '../templates/catalogue.js'
import type { Rows } from './rows.js'
import { remembered } from './text-cache.js'

const first = () => 1

export function seededCompositions(population: Population): Rows {
  const template = (row: number) => templates[population.templateAt(row)]
  return {
    byId: population.byUid,
    byTime: population.byTime,
    id: row => population.uidAt(row),
    version: first,
    time: row => population.committedAt(row),
    ehrId: row => population.ehrIdAt(population.ehrAt(row)),
    templateId: row => template(row)?.templateId ?? '',
    archetypeId: row => template(row)?.archetypeId ?? '',
    contributionId: row => population.contributionAt(row),
    text: remembered(row => population.text(row)),
  }
}

/** EHRs; their id is the object id, their creation the time. */
export function seededEhrs(population: Population): Rows {
  return {
    ...ofEhrs(population),
    byId: population.ehrsById,
    byTime: population.ehrsByTime,
    id: row => population.ehrIdAt(row),
    text: () => 'null',
  }
}

export function seededStatuses(population: Population): Rows {
  const rank = (ehr: number) => Number.parseInt(population.ehrStatusUidAt(ehr).slice(0, 8), 16)
  const byId = sortedBy(ascending(population.ehrs), 2, rank)
  return {
    ...ofEhrs(population),
    byId,
    byTime: Uint32Array.from(byId).sort((a, b) => population.createdAt(a) - population.createdAt(b)),
    id: row => population.ehrStatusUidAt(row),
    text: row => population.ehrStatusText(row),
  }
}

const ofEhrs = (population: Population) => ({
  version: first,
  time: (row: number) => population.createdAt(row),
  ehrId: (row: number) => population.ehrIdAt(row),
  templateId: () => '',
  archetypeId: () => 'openEHR-EHR-EHR_STATUS.generic.v1',
  contributionId: (row: number) => population.ehrContributionAt(row),
})
