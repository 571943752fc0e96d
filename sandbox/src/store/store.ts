import { randomUUID } from 'node:crypto'
import type { Instant } from '../instant.js'
import type { Population } from '../patients/population.js'
import { type CompositionInput, readComposition } from './composition.js'
import { Refusal } from './refusal.js'
import { firstNot, type Hidden, type Hit, type Rows } from './rows.js'
import { seededCompositions, seededEhrs, seededStatuses } from './seeded.js'
import { Templates } from './templates.js'
import { type Version, WrittenRows } from './written.js'

/** What AQL reads: latest versions, those that nobody may see left out. */
export interface Table {
  readonly sources: readonly Rows[]
  readonly hidden: Hidden
}

export interface StoreOptions {
  population: Population
  now: () => Instant
  /** Ids of compositions that are committed but not visible yet. */
  invisible: () => ReadonlySet<string>
}

/** The seeded population, which never changes, and what was written since. */
export class Store {
  readonly systemId: string
  readonly templates: Templates
  readonly compositions: Table
  readonly ehrs: Table
  readonly statuses: Table
  private readonly now: () => Instant
  private readonly invisible: () => ReadonlySet<string>
  private readonly seeded: { compositions: Rows; ehrs: Rows; statuses: Rows }
  private readonly written = {
    compositions: new WrittenRows(),
    ehrs: new WrittenRows(),
    statuses: new WrittenRows(),
  }
  /** Every version of a composition that was written, the deleting ones too; a seeded first version is not among them. */
  private readonly versions = new Map<string, Version[]>()

  constructor({ population, now, invisible }: StoreOptions) {
    this.systemId = population.systemId
    this.now = now
    this.invisible = invisible
    this.seeded = {
      compositions: seededCompositions(population),
      ehrs: seededEhrs(population),
      statuses: seededStatuses(population),
    }
    const { compositions, ehrs, statuses } = this.seeded
    this.templates = new Templates(ehrs.time(ehrs.byTime[0] ?? 0) || now())
    this.compositions = {
      sources: [compositions, this.written.compositions],
      hidden: (rows, row) => {
        // Most of the time nothing is hidden, and making an id costs more than all else here.
        if (this.versions.size === 0 && invisible().size === 0) return false
        const id = rows.id(row)
        const latest = this.versions.get(id)?.at(-1)
        const superseded = latest && (latest.text === undefined || latest.version !== rows.version(row))
        return superseded === true || invisible().has(id)
      },
    }
    const visible = () => false
    this.ehrs = { sources: [ehrs, this.written.ehrs], hidden: visible }
    this.statuses = { sources: [statuses, this.written.statuses], hidden: visible }
  }

  versionUid = ({ id, version }: { id: string; version: number }): string => `${id}::${this.systemId}::${version}`

  /** The EHR with this id. @throws Refusal 404 */
  ehr(ehrId: string): Hit {
    const hit = lookUp(this.ehrs.sources, ehrId.toLowerCase())
    if (!hit) throw new Refusal(404, `No EHR found with given ID: ${ehrId}`)
    return hit
  }

  /** The EHR_STATUS of an EHR. @throws Refusal 404 */
  statusOf(ehrId: string): Hit {
    const { rows, row } = this.ehr(ehrId)
    // An EHR and its status have the same number, in the population and among what was written.
    return { rows: rows === this.seeded.ehrs ? this.seeded.statuses : this.written.statuses, row }
  }

  /** @param status an EHR_STATUS without uid @throws Refusal 409 when the id is taken */
  createEhr(ehrId: string, status: object): string {
    if (lookUp(this.ehrs.sources, ehrId)) throw new Refusal(409, `EHR with id ${ehrId} already exists.`)
    const ofBoth = {
      version: 1,
      time: this.now(),
      ehrId,
      templateId: '',
      archetypeId: 'openEHR-EHR-EHR_STATUS.generic.v1',
      contributionId: randomUUID(),
    }
    const id = randomUUID()
    const text = JSON.stringify({ ...status, uid: objectVersionId(this.versionUid({ id, version: 1 })) })
    this.written.ehrs.add({ ...ofBoth, id: ehrId, text: 'null' })
    this.written.statuses.add({ ...ofBoth, id, text })
    return ehrId
  }

  /** All versions of a composition of an EHR, oldest first; none when there never was such a composition. */
  versionsOf(ehrId: string, id: string): Version[] {
    if (this.invisible().has(id)) return []
    const seeded = lookUp([this.seeded.compositions], id)
    const versions = [...(seeded ? [plain(seeded)] : []), ...(this.versions.get(id) ?? [])]
    return versions.filter(version => version.ehrId === ehrId)
  }

  /** @param text canonical JSON @throws Refusal when it is no composition, or its EHR or template is unknown */
  createComposition(ehrId: string, text: string): Version {
    if (!lookUp(this.ehrs.sources, ehrId)) throw new Refusal(404, `EHR with id ${ehrId} not found`)
    return this.commit(ehrId, randomUUID(), 1, this.accepted(text))
  }

  /** Writes the version after `preceding`, a version uid. @throws Refusal 404, 412, and as createComposition */
  updateComposition(ehrId: string, preceding: string, text: string): Version {
    const id = preceding.split('::', 1)[0] ?? ''
    const latest = this.versionsOf(ehrId, id).at(-1)
    if (!latest) throw new Refusal(404, '')
    if (this.versionUid(latest) !== preceding) {
      throw new Refusal(412, 'If-Match version_uid does not match latest version')
    }
    return this.commit(ehrId, id, latest.version + 1, this.accepted(text))
  }

  /** @param preceding the version uid that is latest so far @throws Refusal 404, 409 */
  deleteComposition(ehrId: string, preceding: string): void {
    const id = preceding.split('::', 1)[0] ?? ''
    const latest = this.versionsOf(ehrId, id).at(-1)
    if (latest?.text === undefined) {
      const what = 'No EHR with the supplied ehr_id or no COMPOSITION with the supplied preceding_version_uid.'
      throw new Refusal(404, what)
    }
    if (this.versionUid(latest) !== preceding) {
      throw new Refusal(409, 'If-Match version_uid does not match latest version')
    }
    this.commit(ehrId, id, latest.version + 1, { ...latest, content: undefined })
  }

  private accepted(text: string): CompositionInput {
    const composition = readComposition(text)
    if (!this.templates.has(composition.templateId)) {
      throw new Refusal(422, `Could not retrieve template for template Id: ${composition.templateId}`)
    }
    return composition
  }

  private commit(
    ehrId: string,
    id: string,
    number: number,
    { templateId, archetypeId, content }: CompositionInput,
  ): Version {
    const uid = objectVersionId(this.versionUid({ id, version: number }))
    const version: Version = {
      id,
      version: number,
      time: this.now(),
      ehrId,
      templateId,
      archetypeId,
      contributionId: randomUUID(),
      text: content && JSON.stringify({ ...content, uid }),
    }
    this.versions.set(id, [...(this.versions.get(id) ?? []), version])
    if (version.text !== undefined) this.written.compositions.add(version)
    return version
  }
}

const objectVersionId = (value: string) => ({ _type: 'OBJECT_VERSION_ID', value })

const plain = ({ rows, row }: Hit): Version => ({
  id: rows.id(row),
  version: rows.version(row),
  time: rows.time(row),
  ehrId: rows.ehrId(row),
  templateId: rows.templateId(row),
  archetypeId: rows.archetypeId(row),
  contributionId: rows.contributionId(row),
  text: rows.text(row),
})

function lookUp(sources: readonly Rows[], id: string): Hit | undefined {
  for (const rows of sources) {
    const row = rows.byId[firstNot(rows.byId, other => rows.id(other) < id)]
    if (row !== undefined && rows.id(row) === id) return { rows, row }
  }
  return undefined
}
