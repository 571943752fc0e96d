/** What the data of one composition look like before they are written as canonical JSON: labels to values. */

/** Items, entries or whatever else stands under a node, by label; a list where the node repeats. */
export interface Data {
  readonly [label: string]: unknown
}

/** A term of another terminology. */
export interface Code {
  readonly code: string
  readonly label: string
}

export interface QuantityData {
  readonly magnitude: number
  readonly unit: string
  /** Significant decimals. */
  readonly precision?: number
  readonly magnitudeStatus?: '<' | '>'
  /** The reference range, and where the magnitude lies: a code of openEHR's normal statuses. */
  readonly normal?: readonly [low: number | undefined, high: number | undefined]
  readonly status?: 'L' | 'LL' | 'N' | 'H' | 'HH'
}

export interface IntervalData {
  readonly lower?: unknown
  readonly upper?: unknown
}

export interface IdentifierData {
  readonly id: string
  readonly type: string
  readonly issuer: string
  readonly assigner?: string
}

export interface MultimediaData {
  readonly mediaType: string
  readonly size: number
  readonly description: string
  readonly uri?: string
  /** base64 */
  readonly data?: string
}

/** One alternative of a choice. */
export interface Chosen {
  readonly as: string
  readonly is: unknown
}

export const chosen = (as: string, is: unknown): Chosen => ({ as, is })

/** Why an element has no value. */
export interface Missing {
  readonly nullFlavour: '271' | '253' | '272' | '273'
  readonly reason?: string
}

export interface PartyData {
  readonly name: string
  readonly id: string
  readonly namespace: string
  readonly type: 'PERSON' | 'ORGANISATION'
}

export interface ParticipationData {
  readonly function: string
  readonly performer: PartyData
}
