/**
 * The compact descriptions that our operational templates are generated from.
 *
 * A description says what a clinician would say: labels, how often, which kind of value. Everything a machine needs
 * besides (at-codes, terms, item trees, histories) is added by the functions below and by `coding.ts`.
 */
import type { Value } from './value.js'

export type Occurs = '0..1' | '1..1' | '0..*' | '1..*'

/** A node of the reference model as a template constrains it. One object is one at-code, wherever it is used. */
export interface Node {
  readonly rmType: string
  readonly label: string
  readonly occurs: Occurs
  readonly attributes: readonly Attribute[]
  /** The archetype whose root this node is. */
  readonly archetype?: string
  /** The name that the template gives this use of the archetype, which keeps its siblings apart. */
  readonly named?: string
}

export interface Attribute {
  readonly name: string
  readonly multiple: boolean
  readonly children: readonly (Node | Value)[]
}

export interface TemplateDescription {
  readonly templateId: string
  readonly concept: string
  readonly purpose: string
  readonly category: 'event' | 'persistent'
  readonly root: Node
}

export const isNode = (child: Node | Value): child is Node => 'label' in child

const one = (name: string, child: Node | Value): Attribute => ({ name, multiple: false, children: [child] })
const many = (name: string, children: readonly Node[]): Attribute => ({ name, multiple: true, children })

const tree = (label: string, items: readonly Node[]): Node => ({
  rmType: 'ITEM_TREE',
  label,
  occurs: '1..1',
  attributes: [many('items', items)],
})

const trees = (named: { readonly [attribute: string]: readonly Node[] | undefined }): Attribute[] =>
  Object.entries(named).flatMap(([name, items]) => (items ? [one(name, tree('Tree', items))] : []))

/** An element; several values are a choice. */
export const element = (label: string, occurs: Occurs, ...values: readonly Value[]): Node => ({
  rmType: 'ELEMENT',
  label,
  occurs,
  attributes: [{ name: 'value', multiple: false, children: values }],
})

/** A group of elements; with an archetype, one that can be used in several places. */
export const cluster = (label: string, occurs: Occurs, items: readonly Node[], archetype?: string): Node => ({
  rmType: 'CLUSTER',
  label,
  occurs,
  attributes: [many('items', items)],
  ...(archetype === undefined ? {} : { archetype }),
})

type EventType = 'EVENT' | 'POINT_EVENT' | 'INTERVAL_EVENT'

/** Something observed at points or over intervals of time. Every event holds the same data and state. */
export function observation(
  label: string,
  occurs: Occurs,
  archetype: string,
  parts: {
    readonly events: readonly (readonly [label: string, occurs: Occurs, type: EventType])[]
    readonly data: readonly Node[]
    readonly state?: readonly Node[]
    readonly protocol?: readonly Node[]
  },
): Node {
  const inside = trees({ data: parts.data, state: parts.state })
  const events = parts.events.map(([label, occurs, rmType]) => ({ rmType, label, occurs, attributes: inside }))
  const history: Node = { rmType: 'HISTORY', label: 'History', occurs: '1..1', attributes: [many('events', events)] }
  return {
    rmType: 'OBSERVATION',
    label,
    occurs,
    archetype,
    attributes: [one('data', history), ...trees({ protocol: parts.protocol })],
  }
}

type Data = { readonly data: readonly Node[]; readonly protocol?: readonly Node[] }

/** An opinion: a diagnosis, an assessment, a goal. */
export const evaluation = (label: string, occurs: Occurs, archetype: string, parts: Data): Node => ({
  rmType: 'EVALUATION',
  label,
  occurs,
  archetype,
  attributes: trees({ data: parts.data, protocol: parts.protocol }),
})

/** Something administrative: an admission, an appointment. */
export const adminEntry = (label: string, occurs: Occurs, archetype: string, data: readonly Node[]): Node => ({
  rmType: 'ADMIN_ENTRY',
  label,
  occurs,
  archetype,
  attributes: trees({ data }),
})

/** An order with activities of one kind. */
export const instruction = (
  label: string,
  occurs: Occurs,
  archetype: string,
  parts: { readonly activity: readonly [label: string, occurs: Occurs, items: readonly Node[]] } & Omit<Data, 'data'>,
): Node => {
  const [activity, often, items] = parts.activity
  const attributes = trees({ description: items })
  return {
    rmType: 'INSTRUCTION',
    label,
    occurs,
    archetype,
    attributes: [
      many('activities', [{ rmType: 'ACTIVITY', label: activity, occurs: often, attributes }]),
      ...trees({ protocol: parts.protocol }),
    ],
  }
}

/** Something done, and the step of the order's course that it is. States are codes of openEHR's own terminology. */
export const action = (
  label: string,
  occurs: Occurs,
  archetype: string,
  parts: {
    readonly steps: readonly (readonly [label: string, stateCode: string])[]
    readonly description: readonly Node[]
    readonly protocol?: readonly Node[]
  },
): Node => ({
  rmType: 'ACTION',
  label,
  occurs,
  archetype,
  attributes: [
    {
      name: 'ism_transition',
      multiple: false,
      children: parts.steps.map(([label, state]) => ({
        rmType: 'ISM_TRANSITION',
        label,
        occurs: '1..1' as const,
        attributes: [
          one('current_state', { rmType: 'DV_CODED_TEXT', terminology: 'openehr', codes: [state] }),
          one('careflow_step', { rmType: 'DV_CODED_TEXT', terminology: 'local', step: true }),
        ],
      })),
    },
    ...trees({ description: parts.description, protocol: parts.protocol }),
  ],
})

/** A heading. All sections of a template may share one archetype, since each is named. */
export const section = (named: string, occurs: Occurs, archetype: string, items: readonly Node[]): Node => ({
  rmType: 'SECTION',
  label: 'Section',
  occurs,
  archetype,
  named,
  attributes: [many('items', items)],
})

/** A whole template. An event has a context, always: with an optional one, EHRbase cannot write back its own FLAT. */
export function template(
  parts: Omit<TemplateDescription, 'root'> & {
    readonly archetype: string
    readonly otherContext?: readonly Node[]
    readonly content: readonly Node[]
  },
): TemplateDescription {
  const { archetype, otherContext, content, ...rest } = parts
  const context: Node = {
    rmType: 'EVENT_CONTEXT',
    label: '',
    occurs: '1..1',
    attributes: trees({ other_context: otherContext }),
  }
  const category: Value = {
    rmType: 'DV_CODED_TEXT',
    terminology: 'openehr',
    codes: [parts.category === 'event' ? '433' : '431'],
  }
  const attributes = [
    one('category', category),
    ...(parts.category === 'event' ? [one('context', context)] : []),
    many('content', content),
  ]
  return { ...rest, root: { rmType: 'COMPOSITION', label: parts.concept, occurs: '1..1', archetype, attributes } }
}
