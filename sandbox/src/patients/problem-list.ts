import { clockDate, day } from './calendar.js'
import { type Condition, episodes, uncoded } from './conditions.js'
import { chosen, type Data } from './data.js'
import { clock, type Filing } from './visit.js'

const year = 365.25 * day

function active(condition: Condition, filing: Filing): Data {
  const { chance, patient, time } = filing
  const onset = time - chance.int(1, 14) * year - chance.int(0, 300) * day
  const since = clockDate(onset, 0)
  const age = Math.max(1, Math.floor((onset - patient.bornAt) / year))
  return {
    data: {
      'Problem name': chosen('DV_CODED_TEXT', condition),
      Description: condition.told,
      'Body site': condition.site,
      // Long ago people remember the year, later the month.
      'Date of onset': chance.pick([since, since, since.slice(0, 7), since.slice(0, 4)]),
      'Age at onset': chance.sometimes(0.5, () => `P${age}Y`),
      Severity: chance.happens(0.1) ? { nullFlavour: '253' } : chance.pick(['Mild', 'Moderate', 'Moderate', 'Severe']),
      Certainty: chance.pick(['Confirmed', 'Confirmed', 'Confirmed', 'Probable']),
      'Number of exacerbations': condition.key === 'copd' ? chance.int(0, 5) : undefined,
      Status: { Active: true, Course: chance.pick(['Stable', 'Stable', 'Improving', 'Worsening']) },
      Comment: chance.happens(0.4)
        ? [`Discussed with ${patient.doctor.name}.`, `${patient.given} ${patient.family} knows the plan.`].slice(
            0,
            chance.int(1, 2),
          )
        : undefined,
    },
    protocol: {
      'Last updated': clock(filing),
      Guideline: chance.happens(0.5) ? `https://guidelines.example.org/${condition.key}` : undefined,
    },
  }
}

function past(filing: Filing): Data {
  const { chance, time } = filing
  const episode = chance.pick(episodes)
  const onset = time - chance.int(60, 4000) * day
  return {
    data: {
      'Problem name': chosen('DV_CODED_TEXT', episode),
      'Date of onset': clockDate(onset, 0),
      Certainty: chance.pick(['Confirmed', 'Probable', 'Suspected']),
      Status: { Active: false, Course: 'Resolved' },
      'Date of resolution': clockDate(onset + episode.days * day, 0),
    },
    protocol: { 'Last updated': clock(filing) },
  }
}

/** The data of a person's problem list; it is persistent and has no context. */
export function problemListData(filing: Filing): Data {
  const { chance, patient } = filing
  const present = patient.conditions.map(condition => active(condition, filing))
  if (present.length === 0 || chance.happens(0.25)) {
    present.push({
      data: {
        'Problem name': chosen('DV_TEXT', chance.pick(uncoded)),
        Certainty: 'Suspected',
        Status: { Active: true },
      },
      protocol: { 'Last updated': clock(filing) },
    })
  }
  const former = Array.from({ length: chance.int(0, 2) }, () => past(filing))
  return {
    'Active problems': { Problem: present },
    'Past problems': former.length === 0 ? undefined : { Problem: former },
  }
}
