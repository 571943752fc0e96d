import { type Coding, codingsOf } from '../templates/coding.js'
import { type Attribute, isNode, type Node, type TemplateDescription } from '../templates/description.js'
import type { Value } from '../templates/value.js'
import type { Chosen, Data, Missing, ParticipationData, PartyData } from './data.js'
import { codedText, codePhrase, dateTimeOf, partyOf, textOf, valueWriter, type Write } from './value-text.js'

const english = `"language":${codePhrase('ISO_639-1', 'en')}`
const entry = `,${english},"encoding":${codePhrase('IANA_character-sets', 'UTF-8')},"subject":{"_type":"PARTY_SELF"}`

// EHRbase leaves `_type` out on a HISTORY, and so do we: what we serve is what it would.
const type = (rmType: string): string =>
  rmType === 'HISTORY' || rmType === 'EVENT_CONTEXT' ? '' : `"_type":"${rmType}",`

function participationOf({ function: as, performer }: ParticipationData): string {
  const mode = codedText('openehr', '216', 'face-to-face communication')
  return `{"_type":"PARTICIPATION","function":${textOf(as)},"mode":${mode},"performer":${partyOf(performer)}}`
}

const optional = (name: string, datum: unknown, write: Write): string =>
  datum === undefined ? '' : `,"${name}":${write(datum)}`

const people = ({ provider, participations }: Data): string => {
  const others = participations as readonly ParticipationData[] | undefined
  return (
    optional('provider', provider, party => partyOf(party as PartyData)) +
    (others === undefined ? '' : `,"other_participations":[${others.map(participationOf).join()}]`)
  )
}

const category = {
  event: `"category":${codedText('openehr', '433', 'event')}`,
  persistent: `"category":${codedText('openehr', '431', 'persistent')}`,
}

/** What the reference model asks of a class beyond what templates say, from the datum of the node. */
const own: { readonly [rmType: string]: (datum: Data) => string } = {
  COMPOSITION: ({ uid, territory, composer }) =>
    `,${english},"territory":${codePhrase('ISO_3166-1', String(territory))}` +
    `,"composer":${partyOf(composer as PartyData)},"uid":{"_type":"OBJECT_VERSION_ID","value":"${uid}"}`,
  EVENT_CONTEXT: ({ start, end, location, setting, facility, participations }) => {
    const [code, term] = setting as readonly [string, string]
    const others = participations as readonly ParticipationData[] | undefined
    return (
      `,"start_time":${dateTimeOf(start)}${optional('end_time', end, dateTimeOf)}` +
      `${optional('location', location, JSON.stringify)},"setting":${codedText('openehr', code, term)}` +
      optional('health_care_facility', facility, party => partyOf(party as PartyData)) +
      (others === undefined ? '' : `,"participations":[${others.map(participationOf).join()}]`)
    )
  },
  HISTORY: ({ origin }) => `,"origin":${dateTimeOf(origin)}`,
  POINT_EVENT: ({ time }) => `,"time":${dateTimeOf(time)}`,
  INTERVAL_EVENT: ({ time, width }) =>
    `,"time":${dateTimeOf(time)},"width":{"_type":"DV_DURATION","value":"${width}"}` +
    `,"math_function":${codedText('openehr', '146', 'mean')}`,
  OBSERVATION: datum => entry + people(datum),
  EVALUATION: datum => entry + people(datum),
  ADMIN_ENTRY: datum => entry + people(datum),
  INSTRUCTION: datum =>
    `${entry}${people(datum)},"narrative":${textOf(String(datum.narrative))}${optional('expiry_time', datum.expiry, dateTimeOf)}`,
  ACTIVITY: ({ timing, performed }) =>
    `,"timing":{"_type":"DV_PARSABLE","value":"${timing}","formalism":"ISO8601"}` +
    `,"action_archetype_id":${JSON.stringify(performed)}`,
  ACTION: datum =>
    `${entry}${people(datum)},"time":${dateTimeOf(datum.time)}` +
    optional('instruction_details', datum.ordered, order => {
      const [composition, path, activity] = order as readonly [string, string, string]
      const id = `"id":{"_type":"HIER_OBJECT_ID","value":"${composition}"}`
      const ref = `{"_type":"LOCATABLE_REF","namespace":"local","type":"INSTRUCTION",${id},"path":"${path}"}`
      return `{"_type":"INSTRUCTION_DETAILS","instruction_id":${ref},"activity_id":"${activity}"}`
    }),
}

const states: { readonly [code: string]: string } = {
  '245': 'active',
  '526': 'planned',
  '530': 'suspended',
  '532': 'completed',
}

function stepWriter(attribute: Attribute, coding: Coding): Write {
  const steps = new Map<unknown, string>()
  for (const step of attribute.children.filter(isNode)) {
    const state = step.attributes.flatMap(({ children }) => children).find(child => 'codes' in child)
    const code = state !== undefined && 'codes' in state ? (state.codes[0] ?? '') : ''
    const current = `"current_state":${codedText('openehr', code, states[code] ?? '')}`
    const careflow = `"careflow_step":${codedText('local', coding.node(step), step.label)}`
    steps.set(step.label, `,"ism_transition":{"_type":"ISM_TRANSITION",${current},${careflow}}`)
  }
  return label => steps.get(label) ?? ''
}

/** An element's datum is its value, a choice's is `Chosen`, and any may be `Missing`. */
function elementWriter(node: Node, attribute: Attribute, coding: Coding): Write {
  const values = attribute.children.filter((child): child is Value => !isNode(child))
  const [value] = values
  if (value === undefined) throw new Error(`"${node.label}" has no value.`)
  const only = valueWriter(value, node, coding)
  const writers = new Map<string, Write>(values.map(each => [each.rmType, valueWriter(each, node, coding)]))
  return datum => {
    if (typeof datum === 'object' && datum !== null && 'nullFlavour' in datum) {
      const { nullFlavour, reason } = datum as Missing
      const terms = { '253': 'unknown', '271': 'no information', '272': 'masked', '273': 'not applicable' }
      const flavour = codedText('openehr', nullFlavour, terms[nullFlavour])
      return `,"null_flavour":${flavour}${optional('null_reason', reason, text => textOf(String(text)))}`
    }
    if (writers.size === 1) return `,"value":${only(datum)}`
    const { as, is } = datum as Chosen
    const write = writers.get(as)
    if (write === undefined) throw new Error(`"${node.label}" has no alternative ${as}.`)
    return `,"value":${write(is)}`
  }
}

/** The children of a repeating attribute, found by their labels. */
function childrenWriter(attribute: Attribute, write: (child: Node) => Write): Write {
  const children = attribute.children.filter(isNode).map(child => ({
    key: child.named ?? child.label,
    repeats: child.occurs.endsWith('*'),
    write: write(child),
  }))
  return datum => {
    let text = ''
    for (const child of children) {
      const found = (datum as Data)[child.key]
      if (found === undefined) continue
      if (child.repeats && Array.isArray(found)) {
        for (const each of found) text += `,${child.write(each)}`
      } else text += `,${child.write(found)}`
    }
    return text === '' ? '' : `,"${attribute.name}":[${text.slice(1)}]`
  }
}

/** An event is of one of two classes, and only an interval has a width. */
const classOf = (node: Node, { width }: Data): string =>
  node.rmType !== 'EVENT' ? node.rmType : width === undefined ? 'POINT_EVENT' : 'INTERVAL_EVENT'

/** What is the same in every record: name, code, archetype. An EVENT_CONTEXT has none of these. */
function headOf(node: Node, coding: Coding, templateId: string): string {
  if (node.label === '') return '"_type":"EVENT_CONTEXT"'
  const name = `"name":${textOf(node.named ?? node.label)}`
  if (node.archetype === undefined) return `${name},"archetype_node_id":"${coding.node(node)}"`
  const template = node.rmType === 'COMPOSITION' ? `,"template_id":{"value":${JSON.stringify(templateId)}}` : ''
  const details = `{"archetype_id":{"value":"${node.archetype}"}${template},"rm_version":"1.0.4"}`
  return `${name},"archetype_node_id":"${node.archetype}","archetype_details":${details}`
}

/**
 * Compiles a template into a function that writes one composition's data as compact canonical JSON, property for
 * property what EHRbase gives back for it.
 *
 * The data of the root hold `uid`, `territory`, `composer`, `context` and the content by label; the data of a node
 * hold its single attributes by name (`data`, `state`, `protocol`, `description`) and its repeating ones by label.
 */
export function composerOf(template: TemplateDescription): (data: Data) => string {
  const codings = codingsOf(template.root)

  const attributeWriter = (node: Node, attribute: Attribute, coding: Coding): Write => {
    if (attribute.name === 'ism_transition') {
      const step = stepWriter(attribute, coding)
      return datum => step((datum as Data).step)
    }
    if (node.rmType === 'ELEMENT') return elementWriter(node, attribute, coding)
    if (attribute.multiple) return childrenWriter(attribute, child => nodeWriter(child, coding))
    const child = attribute.children.find(isNode)
    if (child === undefined) return () => `,${category[template.category]}`
    const write = nodeWriter(child, coding)
    return datum => optional(attribute.name, (datum as Data)[attribute.name], write)
  }

  const nodeWriter = (node: Node, outer: Coding): Write => {
    const coding = codings.get(node) ?? outer
    const head = headOf(node, coding, template.templateId)
    const attributes = node.attributes.map(attribute => attributeWriter(node, attribute, coding))
    return datum => {
      const rmType = classOf(node, datum as Data)
      let text = `{${type(rmType)}${head}${own[rmType]?.(datum as Data) ?? ''}`
      for (const write of attributes) text += write(datum)
      return `${text}}`
    }
  }

  const coding = codings.get(template.root)
  if (coding === undefined) throw new Error(`"${template.templateId}" has no archetype.`)
  return nodeWriter(template.root, coding)
}
