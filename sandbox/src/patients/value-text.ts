import type { Coding } from '../templates/coding.js'
import type { Node } from '../templates/description.js'
import type { Value } from '../templates/value.js'
import type { Code, IdentifierData, IntervalData, MultimediaData, PartyData, QuantityData } from './data.js'

/** Writes a datum as canonical JSON text. */
export type Write = (datum: unknown) => string

const json = (text: string): string => JSON.stringify(text)

export const textOf = (text: string): string => `{"_type":"DV_TEXT","value":${json(text)}}`

export const codePhrase = (terminology: string, code: string): string =>
  `{"_type":"CODE_PHRASE","terminology_id":{"_type":"TERMINOLOGY_ID","value":"${terminology}"},"code_string":"${code}"}`

export const codedText = (terminology: string, code: string, label: string): string =>
  `{"_type":"DV_CODED_TEXT","value":${json(label)},"defining_code":${codePhrase(terminology, code)}}`

/** The types whose canonical form is one property. */
const simple =
  (rmType: string): Write =>
  datum =>
    `{"_type":"${rmType}","value":${JSON.stringify(datum)}}`

export const dateTimeOf = simple('DV_DATE_TIME')

export function partyOf({ name, id, namespace, type }: PartyData): string {
  const ref = `"namespace":"${namespace}","type":"${type}","id":{"_type":"GENERIC_ID","value":"${id}","scheme":"${namespace}"}`
  return `{"_type":"PARTY_IDENTIFIED","name":${json(name)},"external_ref":{"_type":"PARTY_REF",${ref}}}`
}

const bareQuantity = (magnitude: number, unit: string): string =>
  `{"_type":"DV_QUANTITY","magnitude":${magnitude},"units":"${unit}"}`

function quantityOf(quantity: QuantityData): string {
  const { magnitude, unit, precision, magnitudeStatus, normal, status } = quantity
  let text = `{"_type":"DV_QUANTITY","magnitude":${magnitude},"units":"${unit}"`
  if (precision !== undefined) text += `,"precision":${precision}`
  if (magnitudeStatus !== undefined) text += `,"magnitude_status":"${magnitudeStatus}"`
  if (normal !== undefined) {
    const [lower, upper] = normal.map(bound => (bound === undefined ? undefined : bareQuantity(bound, unit)))
    text += `,"normal_range":${intervalOf(lower, upper)}`
  }
  if (status !== undefined) text += `,"normal_status":${codePhrase('openehr_normal_statuses', status)}`
  return `${text}}`
}

/** Bounds are canonical JSON text; a missing one leaves that side open. */
function intervalOf(lower: string | undefined, upper: string | undefined): string {
  const bounds = `${lower === undefined ? '' : `"lower":${lower},`}${upper === undefined ? '' : `"upper":${upper},`}`
  const unbounded = `"lower_unbounded":${lower === undefined},"upper_unbounded":${upper === undefined}`
  const included = `"lower_included":${lower !== undefined},"upper_included":${upper !== undefined}`
  return `{"_type":"DV_INTERVAL",${bounds}${unbounded},${included}}`
}

function multimediaOf({ mediaType, size, description, uri, data }: MultimediaData): string {
  const content = uri === undefined ? `"data":"${data ?? ''}"` : `"uri":{"_type":"DV_URI","value":${json(uri)}}`
  const type = codePhrase('IANA_media-types', mediaType)
  return `{"_type":"DV_MULTIMEDIA","alternate_text":${json(description)},${content},"media_type":${type},"size":${size}}`
}

function identifierOf({ id, type, issuer, assigner }: IdentifierData): string {
  const by = assigner === undefined ? '' : `"assigner":${json(assigner)},`
  return `{"_type":"DV_IDENTIFIER","issuer":${json(issuer)},${by}"id":${json(id)},"type":${json(type)}}`
}

/** The label's text out of a closed list; a label outside it is our mistake. */
const listed = (texts: ReadonlyMap<unknown, string>): Write => {
  return label => {
    const text = texts.get(label)
    if (text === undefined) throw new Error('A synthetic value is not in its list.')
    return text
  }
}

/** How a value of this kind is written, inside `node` of the archetype that `coding` belongs to. */
export function valueWriter(value: Value, node: Node, coding: Coding): Write {
  if ('options' in value) {
    const entry = (label: string) => [label, codedText('local', coding.option(value, label), label)] as const
    return listed(new Map(value.options.map(entry)))
  }
  if ('scale' in value) {
    const entry = ([rank, label]: readonly [number, string]) => {
      const symbol = codedText('local', coding.option(value, label), label)
      return [label, `{"_type":"DV_ORDINAL","symbol":${symbol},"value":${rank}}`] as const
    }
    return listed(new Map(value.scale.map(entry)))
  }
  if ('step' in value) return () => codedText('local', coding.node(node), node.label)
  if ('codes' in value) {
    return datum => codedText(value.terminology, (datum as Code).code, (datum as Code).label)
  }
  if ('of' in value) {
    const bound = valueWriter(value.of, node, coding)
    const side = (datum: unknown): string | undefined => (datum === undefined ? undefined : bound(datum))
    return datum => intervalOf(side((datum as IntervalData).lower), side((datum as IntervalData).upper))
  }
  if ('kind' in value) {
    return datum => {
      const [numerator, denominator] = datum as readonly [number, number]
      return `{"_type":"DV_PROPORTION","numerator":${numerator},"denominator":${denominator},"type":${value.kind}}`
    }
  }
  switch (value.rmType) {
    case 'DV_COUNT':
      return datum => `{"_type":"DV_COUNT","magnitude":${datum as number}}`
    case 'DV_QUANTITY':
      return datum => quantityOf(datum as QuantityData)
    case 'DV_IDENTIFIER':
      return datum => identifierOf(datum as IdentifierData)
    case 'DV_MULTIMEDIA':
      return datum => multimediaOf(datum as MultimediaData)
    case 'DV_PARSABLE':
      return datum => {
        const [formalism, text] = datum as readonly [string, string]
        return `{"_type":"DV_PARSABLE","value":${json(text)},"formalism":"${formalism}"}`
      }
    default:
      return simple(value.rmType)
  }
}
