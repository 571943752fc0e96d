/** The kinds of value that an element may hold, each with what a template can say about it. */

/** A unit (UCUM) and the magnitudes allowed in it. */
export interface Unit {
  readonly unit: string
  readonly min?: number
  readonly max?: number
}

/** openEHR's codes of physical properties. */
export const property = {
  mass: '124',
  pressure: '125',
  flow: '126',
  temperature: '127',
  frequency: '382',
}

type Unconstrained =
  | 'DV_TEXT'
  | 'DV_QUANTITY'
  | 'DV_BOOLEAN'
  | 'DV_DATE'
  | 'DV_TIME'
  | 'DV_DATE_TIME'
  | 'DV_DURATION'
  | 'DV_IDENTIFIER'
  | 'DV_URI'
  | 'DV_MULTIMEDIA'
  | 'DV_PARSABLE'

/** A type as the reference model has it. */
export type Plain = { readonly rmType: Unconstrained }
/** A closed list of the archetype's own terms; their codes are assigned. */
export type LocalCoded = {
  readonly rmType: 'DV_CODED_TEXT'
  readonly terminology: 'local'
  readonly options: readonly string[]
}
/** The term of the step that it stands in. */
export type StepCoded = { readonly rmType: 'DV_CODED_TEXT'; readonly terminology: 'local'; readonly step: true }
/** Codes of another terminology; any code of it if none is listed. */
export type ExternalCoded = {
  readonly rmType: 'DV_CODED_TEXT'
  readonly terminology: string
  readonly codes: readonly string[]
}
export type Quantity = { readonly rmType: 'DV_QUANTITY'; readonly property: string; readonly units: readonly Unit[] }
export type Ordinal = {
  readonly rmType: 'DV_ORDINAL'
  readonly scale: readonly (readonly [value: number, label: string])[]
}
export type Count = { readonly rmType: 'DV_COUNT'; readonly min: number; readonly max: number }
/** `kind` as in the reference model: 0 ratio, 1 unitary, 2 percent. */
export type Proportion = { readonly rmType: 'DV_PROPORTION'; readonly kind: 0 | 1 | 2 }
export type Interval = { readonly rmType: 'DV_INTERVAL'; readonly of: Quantity | Count }

export type Value = Plain | LocalCoded | StepCoded | ExternalCoded | Quantity | Ordinal | Count | Proportion | Interval

export const text: Plain = { rmType: 'DV_TEXT' }
/** Any magnitude in any unit, as generic laboratory templates leave it. */
export const anyQuantity: Plain = { rmType: 'DV_QUANTITY' }
export const boolean: Plain = { rmType: 'DV_BOOLEAN' }
export const date: Plain = { rmType: 'DV_DATE' }
export const time: Plain = { rmType: 'DV_TIME' }
export const dateTime: Plain = { rmType: 'DV_DATE_TIME' }
export const duration: Plain = { rmType: 'DV_DURATION' }
export const identifier: Plain = { rmType: 'DV_IDENTIFIER' }
export const uri: Plain = { rmType: 'DV_URI' }
export const multimedia: Plain = { rmType: 'DV_MULTIMEDIA' }
export const parsable: Plain = { rmType: 'DV_PARSABLE' }

export const coded = (...options: readonly string[]): LocalCoded => ({
  rmType: 'DV_CODED_TEXT',
  terminology: 'local',
  options,
})
export const codedIn = (terminology: string): ExternalCoded => ({ rmType: 'DV_CODED_TEXT', terminology, codes: [] })
export const quantity = (property: string, ...units: readonly Unit[]): Quantity => ({
  rmType: 'DV_QUANTITY',
  property,
  units,
})
export const ordinal = (...scale: Ordinal['scale']): Ordinal => ({ rmType: 'DV_ORDINAL', scale })
export const count = (min: number, max: number): Count => ({ rmType: 'DV_COUNT', min, max })
export const proportion = (kind: Proportion['kind']): Proportion => ({ rmType: 'DV_PROPORTION', kind })
export const interval = (of: Interval['of']): Interval => ({ rmType: 'DV_INTERVAL', of })

/** The archetype's own terms that a value brings along. */
export const localTerms = (value: Value): readonly string[] =>
  'options' in value ? value.options : 'scale' in value ? value.scale.map(([, label]) => label) : []
