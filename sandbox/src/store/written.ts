import type { Instant } from '../instant.js'
import { firstNot, type Rows } from './rows.js'

/** A version that somebody wrote while the sandbox ran. */
export interface Version {
  readonly id: string
  readonly version: number
  readonly time: Instant
  readonly ehrId: string
  readonly templateId: string
  readonly archetypeId: string
  readonly contributionId: string
  /** Canonical JSON; undefined for the version that deletes. */
  readonly text: string | undefined
}

/** Versions kept in the two orders by insertion: right for the thousands that tests write, not for millions. */
export class WrittenRows implements Rows {
  readonly byId: number[] = []
  readonly byTime: number[] = []
  private readonly versions: Version[] = []

  add(version: Version): void {
    const row = this.versions.push(version) - 1
    const { id, time } = version
    this.byId.splice(
      firstNot(this.byId, other => this.id(other) < id),
      0,
      row,
    )
    const isEarlier = (other: number) => this.time(other) < time || (this.time(other) === time && this.id(other) < id)
    this.byTime.splice(firstNot(this.byTime, isEarlier), 0, row)
  }

  at(row: number): Version {
    const version = this.versions[row]
    if (!version) throw new RangeError(`There is no row ${row}.`)
    return version
  }

  id = (row: number): string => this.at(row).id
  version = (row: number): number => this.at(row).version
  time = (row: number): Instant => this.at(row).time
  ehrId = (row: number): string => this.at(row).ehrId
  templateId = (row: number): string => this.at(row).templateId
  archetypeId = (row: number): string => this.at(row).archetypeId
  contributionId = (row: number): string => this.at(row).contributionId
  text = (row: number): string => this.at(row).text ?? 'null'
}
