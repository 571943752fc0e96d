import type { Chance } from './chance.js'

const split = (names: string): readonly string[] => names.split(/\s+/)

const given = {
  female: split(`Agnes Amara Beatrice Carmen Dilek Elif Farah Greta Hanna Ingrid Jelena Kaia Leonie Maeve Nadia
Odile Priya Rosalind Signe Tamsin Ulrike Vesna Wanda Ximena Yasmin Zuzana`),
  male: split(`Anton Bashir Caspar Dmitri Emeka Fergus Gustav Hamish Ivo Joaquim Karel Lucian Matteo Niall Oskar
Pavel Quentin Rafael Stellan Tobias Uwe Viktor Wendell Yannick Zoltan Ravi`),
}

const family = split(`Abernathy Achterberg Bakshi Bergqvist Calloway Castellan Dunmore Eriksdotter Fairweather Ferreira
Galbraith Grünwald Halvorsen Hashemi Iversen Jankowski Kaltenbach Kipkemboi Lindqvist Lovelock
MacAskill Marchetti Nakagawa O'Rourke Okonjo Ólafsdóttir Pemberton Petrescu Quillfeather Radcliffe
Rosenqvist Sandoval Szabados Tessier Thistlewood Uddin Vandermeer Venkataraman Wetherby Wójcik
Yilmazer Zimmerling`)

export interface Person {
  readonly sex: 'female' | 'male'
  readonly given: string
  readonly family: string
}

export function person(chance: Chance): Person {
  const sex = chance.happens(0.5) ? 'female' : 'male'
  return { sex, given: chance.pick(given[sex]), family: chance.pick(family) }
}

export interface Facility {
  readonly name: string
  readonly id: string
  readonly territory: string
  /** Minutes ahead of UTC; our places keep one time all the year. */
  readonly offset: number
  readonly laboratory: string
  /** openEHR's code and term of the setting. */
  readonly setting: readonly [code: string, term: string]
}

const primary = ['228', 'primary medical care'] as const
const secondary = ['232', 'secondary medical care'] as const

const facilities: readonly Facility[] = [
  {
    name: 'Harbour Street Practice',
    id: 'F-1001',
    territory: 'GB',
    offset: 0,
    laboratory: 'Estuary Pathology',
    setting: primary,
  },
  {
    name: 'Northfell General Hospital',
    id: 'F-1002',
    territory: 'GB',
    offset: 0,
    laboratory: 'Northfell Blood Sciences',
    setting: secondary,
  },
  {
    name: 'Birkelund Health Centre',
    id: 'F-1003',
    territory: 'NO',
    offset: 60,
    laboratory: 'Fjord Laboratories',
    setting: primary,
  },
  {
    name: 'Lindenhof Clinic',
    id: 'F-1004',
    territory: 'DE',
    offset: 60,
    laboratory: 'Labor am Lindenhof',
    setting: secondary,
  },
  {
    name: 'Santa Aurelia Hospital',
    id: 'F-1005',
    territory: 'BR',
    offset: -180,
    laboratory: 'Analises Aurelia',
    setting: secondary,
  },
  {
    name: 'Karoo Road Community Clinic',
    id: 'F-1006',
    territory: 'ZA',
    offset: 120,
    laboratory: 'Highveld Diagnostics',
    setting: primary,
  },
]

/** The facility that a number, whole and not negative, stands for. */
export function facilityOf(n: number): Facility {
  const facility = facilities[n % facilities.length]
  if (facility === undefined) throw new RangeError(`There is no facility ${n}.`)
  return facility
}

export interface Clinician extends Person {
  readonly id: string
  readonly role: 'General practitioner' | 'Consultant' | 'Registered nurse' | 'Biomedical scientist'
  /** As it is signed: `Dr Hanna Iversen`. */
  readonly name: string
}

/** The `n`-th person of a role's staff. */
export function clinician(chance: Chance, role: Clinician['role'], n: number): Clinician {
  const who = person(chance)
  const doctor = role === 'General practitioner' || role === 'Consultant'
  const name = `${doctor ? 'Dr ' : ''}${who.given} ${who.family}`
  return { ...who, role, name, id: `${role.charAt(0)}${String(n).padStart(4, '0')}` }
}
