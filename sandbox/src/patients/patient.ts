import { beginning, day } from './calendar.js'
import { Chance, keyOf } from './chance.js'
import { type Condition, conditions } from './conditions.js'
import type { PartyData } from './data.js'
import { type Clinician, clinician, type Facility, type Person, person } from './people.js'

const year = 365.25 * day

/** A synthetic person: who they are, what they have, and what their body reads. */
export interface Patient extends Person {
  /** Midnight of the day of birth, microseconds since 1970. */
  readonly bornAt: number
  /** The last five digits. */
  readonly telephone: number
  readonly relative: { readonly given: string; readonly family: string; readonly relation: string }
  readonly facility: Facility
  readonly doctor: Clinician
  readonly conditions: readonly Condition[]
  /** What is usual for this person at `beginning`, and how it moves in a year. */
  readonly systolic: Trend
  readonly pulse: Trend
  readonly hba1c: Trend
  readonly creatinine: Trend
  readonly oxygen: number
}

interface Trend {
  readonly base: number
  readonly perYear: number
}

/** The usual value at a time. */
export const at = ({ base, perYear }: Trend, time: number): number => base + (perYear * (time - beginning)) / year

export const party = ({ name, id }: Clinician): PartyData => ({ name, id, namespace: 'clinicians', type: 'PERSON' })

const staffOf: { readonly [role in Clinician['role']]: number } = {
  'General practitioner': 60,
  Consultant: 50,
  'Registered nurse': 90,
  'Biomedical scientist': 20,
}

/** The clinicians of a seed; a person of staff is the same one everywhere. */
export function staffFor(seed: number): (role: Clinician['role'], chance: Chance) => Clinician {
  const key = keyOf(seed, 11)
  const roles = Object.entries(staffOf) as [Clinician['role'], number][]
  const staff = new Map(
    roles.map(([role, size], r) => [
      role,
      Array.from({ length: size }, (_, n) => clinician(new Chance(key, r * 1000 + n), role, n + 1)),
    ]),
  )
  return (role, chance) => chance.pick(staff.get(role) ?? [])
}

type Staff = ReturnType<typeof staffFor>

/** The `n`-th patient of a seed. */
export function patientOf(key: number, n: number, facility: Facility, staff: Staff): Patient {
  const chance = new Chance(key, n)
  const who = person(chance)
  const age = Math.min(97, Math.max(18, chance.around(58, 20)))
  const bornAt = Math.floor((beginning - age * year) / day) * day
  const has = conditions.filter(({ often }) => chance.happens(often * (0.4 + age / 80)))
  const ill = (name: string): boolean => has.some(condition => condition.key === name)
  return {
    sex: who.sex,
    given: who.given,
    family: who.family,
    bornAt,
    telephone: chance.int(10_000, 99_999),
    relative: {
      given: person(chance).given,
      family: who.family,
      relation: chance.pick(['daughter', 'son', 'partner', 'sister', 'brother']),
    },
    facility,
    doctor: staff(facility.setting[0] === '228' ? 'General practitioner' : 'Consultant', chance),
    conditions: has,
    systolic: {
      base: (ill('hypertension') ? 146 : 118) + age / 8 + chance.around(0, 6),
      perYear: chance.around(-1.5, 2),
    },
    pulse: { base: chance.around(ill('fibrillation') ? 86 : 72, 6), perYear: chance.around(0, 1) },
    hba1c: {
      base: ill('diabetes') ? chance.around(58, 7) : chance.around(36, 2),
      perYear: chance.around(ill('diabetes') ? -1 : 0.4, 1),
    },
    creatinine: {
      base: ill('kidney') ? chance.around(150, 25) : chance.around(78, 9),
      perYear: ill('kidney') ? 9 : 0.8,
    },
    oxygen: ill('copd') ? chance.around(92, 1) : chance.around(97.5, 0.6),
  }
}
