import { type Coding, codingsOf } from './coding.js'
import { alternative, codePhrase, constraint, fixedName, range } from './constraint.js'
import { type Attribute, isNode, type Node, type TemplateDescription } from './description.js'
import type { Value } from './value.js'
import { print, type Tag, tag } from './xml.js'

const occurrences = (node: Node): Tag =>
  range('occurrences', Number(node.occurs[0]), node.occurs.endsWith('*') ? undefined : 1)

// The rest may be left out: a protocol, a state, the value of an element that says by its null flavour why it has none.
const mandatory = new Set([
  'category',
  'context',
  'data',
  'description',
  'ism_transition',
  'current_state',
  'careflow_step',
])

/**
 * The operational template of a description, as XML of the openEHR template format 1.4.
 *
 * Throws for what servers accept but then answer wrongly: an archetype described in two ways, labels that hide a node.
 */
export function optOf(description: TemplateDescription): string {
  const codings = codingsOf(description.root)
  const language = codePhrase('language', 'ISO_639-1', 'en')

  const attribute = ({ name, multiple, children }: Attribute, node: Node, coding: Coding): Tag =>
    tag(
      'attributes',
      [
        tag('rm_attribute_name', name),
        range('existence', mandatory.has(name) ? 1 : 0, 1),
        ...children.map(child => (isNode(child) ? object(child, coding) : valueIn(child, node, coding))),
        ...(multiple
          ? [tag('cardinality', [tag('is_ordered', 'false'), tag('is_unique', 'false'), range('interval', 0)])]
          : []),
      ],
      { 'xsi:type': multiple ? 'C_MULTIPLE_ATTRIBUTE' : 'C_SINGLE_ATTRIBUTE' },
    )

  const valueIn = (value: Value, node: Node, coding: Coding): Tag => {
    const isChoice = node.attributes.some(({ name, children }) => name === 'value' && children.length > 1)
    return isChoice ? alternative(constraint(value, node, coding)) : constraint(value, node, coding)
  }

  const inside = (node: Node, coding: Coding): Tag[] => [
    tag('rm_type_name', node.rmType),
    occurrences(node),
    tag('node_id', node.label === '' ? '' : coding.node(node)),
    ...(node.named === undefined ? [] : [fixedName(node.named)]),
    ...node.attributes.map(each => attribute(each, node, coding)),
  ]

  const root = (node: Node, extra: readonly Tag[] = []): Tag[] => {
    const coding = codings.get(node)
    if (coding === undefined || node.archetype === undefined) throw new Error(`"${node.label}" is no archetype's root.`)
    return [
      ...inside(node, coding),
      tag('archetype_id', [tag('value', node.archetype)]),
      ...extra,
      ...[...coding.terms].map(([code, label]) =>
        tag('term_definitions', [tag('items', label, { id: 'text' }), tag('items', label, { id: 'description' })], {
          code,
        }),
      ),
    ]
  }

  const object = (node: Node, coding: Coding): Tag =>
    node.archetype === undefined
      ? tag('children', inside(node, coding), { 'xsi:type': 'C_COMPLEX_OBJECT' })
      : tag('children', root(node), { 'xsi:type': 'C_ARCHETYPE_ROOT' })

  const templateId = tag('template_id', [tag('value', description.templateId)])
  const whole = tag(
    'template',
    [
      language,
      tag('description', [
        tag('original_author', 'openehr-connectors', { id: 'name' }),
        tag('lifecycle_state', 'published'),
        tag('details', [language, tag('purpose', description.purpose)]),
      ]),
      templateId,
      tag('concept', description.concept),
      tag('definition', root(description.root, [templateId])),
    ],
    { xmlns: 'http://schemas.openehr.org/v1', 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance' },
  )
  return `<?xml version="1.0" encoding="utf-8"?>\n${print(whole)}`
}
