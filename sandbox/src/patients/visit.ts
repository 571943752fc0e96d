import { clockTime, minute } from './calendar.js'
import type { Chance } from './chance.js'
import type { Data, PartyData } from './data.js'
import { at, type Patient, party } from './patient.js'
import type { Clinician } from './people.js'

/** One composition to be made: whose it is, when it happened, who wrote it. */
export interface Filing {
  readonly patient: Patient
  /** When what it tells began, microseconds since 1970. */
  readonly time: number
  /** The same for all compositions of a visit, so that a note can quote what was measured. */
  readonly visitChance: () => Chance
  readonly chance: Chance
  readonly author: Clinician
  readonly nurse: Clinician
  /** The object id of the composition. */
  readonly uid: string
}

/** `minutes` after the filing's time, as the facility's clock shows it. */
export const clock = ({ patient, time }: Filing, minutes = 0): string =>
  clockTime(time + minutes * minute, patient.facility.offset)

/** The context that all events share. */
export function contextOf(filing: Filing, minutes: number, otherContext: Data, location?: string): Data {
  const { chance, patient } = filing
  const { facility } = patient
  const organisation: PartyData = {
    name: facility.name,
    id: facility.id,
    namespace: 'facilities',
    type: 'ORGANISATION',
  }
  return {
    start: clock(filing),
    end: chance.sometimes(0.3, () => clock(filing, minutes)),
    location,
    setting: facility.setting,
    facility: chance.sometimes(0.3, () => organisation),
    participations: chance.sometimes(0.06, () => [{ function: 'Assisting nurse', performer: party(filing.nurse) }]),
    other_context: otherContext,
  }
}

/** What was measured at a visit. */
export interface Reading {
  readonly systolic: number
  readonly diastolic: number
  readonly pulse: number
  /** °C */
  readonly temperature: number
  readonly respiration: number
  /** % */
  readonly oxygen: number
}

/** The visit's reading: the patient's usual values at that time, and the day's chance. */
export function readingOf({ patient, time, visitChance }: Filing): Reading {
  const chance = visitChance()
  const fever = chance.happens(0.07)
  const systolic = Math.round(Math.max(84, chance.around(at(patient.systolic, time), 7)))
  return {
    systolic,
    diastolic: Math.round(systolic * 0.52 + chance.around(11, 4)),
    pulse: Math.round(Math.max(44, chance.around(at(patient.pulse, time) + (fever ? 16 : 0), 5))),
    temperature: rounded(fever ? chance.around(38.6, 0.4) : chance.around(36.7, 0.2), 1),
    respiration: Math.round(chance.around(patient.oxygen < 94 ? 19 : 15, 1.2) + (fever ? 3 : 0)),
    oxygen: Math.min(100, Math.round(chance.around(patient.oxygen - (fever ? 1 : 0), 0.6))),
  }
}

export const rounded = (x: number, decimals: number): number => Number(x.toFixed(decimals))
