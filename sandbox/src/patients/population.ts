import { descriptions } from '../templates/catalogue.js'
import { beginning, day, end, hour, minute, visitTime } from './calendar.js'
import { Chance, keyOf, scramble } from './chance.js'
import { composerOf } from './composer.js'
import type { Data } from './data.js'
import { ehrStatusText } from './ehr-status.js'
import { encounterNoteData } from './encounter-note.js'
import { laboratoryReportData } from './laboratory-report.js'
import { medicationData } from './medication.js'
import { ascending, sortedBy } from './order.js'
import { party, patientOf, staffFor } from './patient.js'
import { type Facility, facilityOf } from './people.js'
import { problemListData } from './problem-list.js'
import { uuid, uuidIndex, uuidRank } from './uuid.js'
import type { Filing } from './visit.js'
import { vitalSignsData } from './vital-signs.js'

export interface PopulationOptions {
  readonly seed: number
  /** How many compositions; 2³⁰ at most. */
  readonly compositions: number
  /** How many EHRs share them; one for 40 by default. */
  readonly ehrs?: number
  /** The system id in version uids. */
  readonly systemId?: string
}

// In the order of `descriptions`.
const data: readonly ((filing: Filing) => Data)[] = [
  vitalSignsData,
  laboratoryReportData,
  problemListData,
  medicationData,
  encounterNoteData,
]
const vitals = 0
const laboratory = 1
const problems = 2
const medicines = 3
const note = 4

/** A visit files this many compositions, so those of one visit have neighbouring indices. */
const perVisit = 4

/**
 * Synthetic patients and their compositions. Only commit times and two orders are kept (16 bytes a composition);
 * texts are computed again from seed and index whenever they are asked for, always the same.
 *
 * A composition is known by its index in [0, `size`), an EHR by its index in [0, `ehrs`). Times are whole microseconds
 * since 1970. All compositions are first versions.
 */
export class Population {
  readonly size: number
  readonly ehrs: number
  readonly systemId: string
  /** Indices of compositions in the order of their uids. */
  readonly byUid: Uint32Array
  /** Indices of compositions in the order of commit time, then uid. */
  readonly byTime: Uint32Array
  /** Indices of EHRs in the order of their ids. */
  readonly ehrsById: Uint32Array
  /** Indices of EHRs in the order of creation, then id. */
  readonly ehrsByTime: Uint32Array

  readonly #keys
  readonly #committed: Float64Array
  readonly #created: Float64Array
  readonly #staff: ReturnType<typeof staffFor>
  readonly #composers: readonly ((data: Data) => string)[]

  constructor({ seed, compositions, ehrs, systemId = 'sandbox.example.org' }: PopulationOptions) {
    this.size = compositions
    this.ehrs = ehrs ?? Math.max(1, Math.ceil(compositions / 40))
    this.systemId = systemId
    const key = (purpose: number): number => keyOf(seed, purpose)
    this.#keys = {
      uid: key(1),
      ehr: key(2),
      status: key(3),
      contribution: key(4),
      ehrContribution: key(5),
      patient: key(6),
      facility: key(7),
      visit: key(8),
      reading: key(9),
      filing: key(10),
      delay: key(12),
    }
    this.#staff = staffFor(seed)
    this.#composers = descriptions.map(composerOf)

    this.#committed = Float64Array.from({ length: this.size }, (_, index) => this.#commitTime(index))
    this.#created = Float64Array.from({ length: this.ehrs }, (_, ehr) => this.#creationTime(ehr))
    this.byUid = sortedBy(ascending(this.size), 2, index => uuidRank(index, this.#keys.uid))
    this.byTime = sortedBy(this.byUid, 3, index => this.committedAt(index) - beginning)
    this.ehrsById = sortedBy(ascending(this.ehrs), 2, ehr => uuidRank(ehr, this.#keys.ehr))
    this.ehrsByTime = sortedBy(this.ehrsById, 3, ehr => this.createdAt(ehr) - beginning + hour)
  }

  /** The object id of a composition. */
  uidAt(index: number): string {
    return uuid(index, this.#keys.uid)
  }

  /** The composition with this object id, if there is one. */
  indexOf(uid: string): number | undefined {
    return uuidIndex(uid, this.#keys.uid, this.size)
  }

  /** The index of the EHR that a composition is in. */
  ehrAt(index: number): number {
    return Math.floor(index / perVisit) % this.ehrs
  }

  committedAt(index: number): number {
    return this.#committed[index] ?? Number.NaN
  }

  /** The contribution that a composition was committed with. */
  contributionAt(index: number): string {
    return uuid(this.#filedTogether(index) ? index + 1 : index, this.#keys.contribution)
  }

  /** The index of a composition's template in `templates`. */
  templateAt(index: number): number {
    const visit = Math.floor(index / perVisit)
    const chance = scramble(index, this.#keys.filing) / 2 ** 32
    switch (index % perVisit) {
      case 0:
        return vitals
      case 1:
        return note
      case 2:
        return chance < 0.7 ? laboratory : vitals
      default:
        // A problem list is persistent: an EHR has one.
        if (visit < this.ehrs) return problems
        return chance < 0.6 ? medicines : chance < 0.8 ? laboratory : vitals
    }
  }

  /** The composition as canonical JSON, compact, as EHRbase gives it. */
  text(index: number): string {
    const template = this.templateAt(index)
    const filing = this.#filing(index, template)
    const write = data[template]
    const compose = this.#composers[template]
    if (write === undefined || compose === undefined) throw new RangeError(`There is no composition ${index}.`)
    return compose({
      ...write(filing),
      uid: `${filing.uid}::${this.systemId}::1`,
      territory: filing.patient.facility.territory,
      composer: party(filing.author),
    })
  }

  ehrIdAt(ehr: number): string {
    return uuid(ehr, this.#keys.ehr)
  }

  /** The EHR with this id, if there is one. */
  ehrIndexOf(ehrId: string): number | undefined {
    return uuidIndex(ehrId, this.#keys.ehr, this.ehrs)
  }

  /** When an EHR was created, shortly before its first composition; its EHR_STATUS was committed then as well. */
  createdAt(ehr: number): number {
    return this.#created[ehr] ?? Number.NaN
  }

  /** The object id of an EHR's EHR_STATUS. */
  ehrStatusUidAt(ehr: number): string {
    return uuid(ehr, this.#keys.status)
  }

  /** The EHR whose EHR_STATUS has this object id, if there is one. */
  ehrOfStatus(uid: string): number | undefined {
    return uuidIndex(uid, this.#keys.status, this.ehrs)
  }

  /** The contribution that created an EHR. */
  ehrContributionAt(ehr: number): string {
    return uuid(ehr, this.#keys.ehrContribution)
  }

  /** The EHR_STATUS as canonical JSON, compact. */
  ehrStatusText(ehr: number): string {
    return ehrStatusText(`${this.ehrStatusUidAt(ehr)}::${this.systemId}::1`, new Chance(this.#keys.status, ehr))
  }

  /** The compositions of an EHR, in the order of their indices. */
  *compositionsOf(ehr: number): Generator<number> {
    for (let visit = ehr; visit * perVisit < this.size; visit += this.ehrs) {
      const first = visit * perVisit
      for (let index = first; index < Math.min(first + perVisit, this.size); index++) yield index
    }
  }

  /** When what a composition tells began. */
  #startTime(index: number): number {
    const visit = Math.floor(index / perVisit)
    const { offset } = this.#facility(this.ehrAt(index))
    return visitTime(new Chance(this.#keys.visit, visit), offset) + (index % perVisit) * 9 * minute
  }

  /** Vital signs and note of a visit are now and then one contribution, committed at one time. */
  #filedTogether(index: number): boolean {
    return index % perVisit === 0 && index + 1 < this.size && scramble(index, this.#keys.delay) % 20 === 0
  }

  #commitTime(index: number): number {
    if (this.#filedTogether(index)) return this.#commitTime(index + 1)
    const start = this.#startTime(index)
    const chance = new Chance(this.#keys.delay, index)
    const soon = chance.int(2 * minute, 25 * minute)
    const isLate = chance.happens(0.01)
    const analysis = this.templateAt(index) === laboratory ? chance.int(2 * hour, 40 * hour) : 0
    const delay = isLate ? chance.int(day, 30 * day) : analysis
    return start + soon + (start + soon + delay < end ? delay : 0)
  }

  #creationTime(ehr: number): number {
    const chance = new Chance(this.#keys.ehr, ehr)
    let first = Number.POSITIVE_INFINITY
    for (const index of this.compositionsOf(ehr)) first = Math.min(first, this.committedAt(index))
    return first === Number.POSITIVE_INFINITY ? visitTime(chance, 0) : first - chance.int(minute, 50 * minute)
  }

  #facility(ehr: number): Facility {
    return facilityOf(scramble(ehr, this.#keys.facility))
  }

  #filing(index: number, template: number): Filing {
    const visit = Math.floor(index / perVisit)
    const ehr = this.ehrAt(index)
    const patient = patientOf(this.#keys.patient, ehr, this.#facility(ehr), this.#staff)
    const chance = new Chance(this.#keys.filing, index)
    const nurse = this.#staff('Registered nurse', chance)
    const doctor = chance.happens(0.8) ? patient.doctor : this.#staff(patient.doctor.role, chance)
    const author =
      template === vitals ? nurse : template === laboratory ? this.#staff('Biomedical scientist', chance) : doctor
    return {
      patient,
      chance,
      nurse,
      author,
      time: this.#startTime(index),
      uid: this.uidAt(index),
      visitChance: () => new Chance(this.#keys.reading, visit),
    }
  }
}
