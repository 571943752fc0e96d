import type { Coding } from './coding.js'
import type { Node } from './description.js'
import type { Count, Interval, Quantity, Value } from './value.js'
import { type Tag, tag } from './xml.js'

/** An interval of numbers; without a bound it is open on that side. */
export function range(name: string, lower?: number, upper?: number): Tag {
  // A missing `_included` would make the bound exclusive.
  return tag(name, [
    tag('lower_included', String(lower !== undefined)),
    tag('upper_included', String(upper !== undefined)),
    tag('lower_unbounded', String(lower === undefined)),
    tag('upper_unbounded', String(upper === undefined)),
    ...(lower === undefined ? [] : [tag('lower', String(lower))]),
    ...(upper === undefined ? [] : [tag('upper', String(upper))]),
  ])
}

export const codePhrase = (name: string, terminology: string, code: string): Tag =>
  tag(name, [tag('terminology_id', [tag('value', terminology)]), tag('code_string', code)])

const object = (type: string, rmType: string, inside: readonly Tag[] = []): Tag =>
  tag('children', [tag('rm_type_name', rmType), range('occurrences', 1, 1), tag('node_id'), ...inside], {
    'xsi:type': type,
  })

const single = (name: string, child: Tag): Tag =>
  tag('attributes', [tag('rm_attribute_name', name), range('existence', 1, 1), child], {
    'xsi:type': 'C_SINGLE_ATTRIBUTE',
  })

/** A primitive: its own type stands inside the object that holds it. */
const primitive = (rmType: string, type: string, inside: readonly Tag[]): Tag =>
  object('C_PRIMITIVE_OBJECT', rmType, [tag('item', inside, { 'xsi:type': type })])

function coded(terminology: string, codes: readonly string[]): Tag {
  const phrase = object('C_CODE_PHRASE', 'CODE_PHRASE', [
    tag('terminology_id', [tag('value', terminology)]),
    ...codes.map(code => tag('code_list', code)),
  ])
  return object('C_COMPLEX_OBJECT', 'DV_CODED_TEXT', [single('defining_code', phrase)])
}

const quantity = ({ property, units }: Quantity): Tag =>
  object('C_DV_QUANTITY', 'DV_QUANTITY', [
    codePhrase('property', 'openehr', property),
    ...units.map(({ unit, min, max }) =>
      tag('list', [
        ...(min === undefined && max === undefined ? [] : [range('magnitude', min, max)]),
        tag('units', unit),
      ]),
    ),
  ])

const count = ({ min, max }: Count): Tag =>
  object('C_COMPLEX_OBJECT', 'DV_COUNT', [
    single('magnitude', primitive('INTEGER', 'C_INTEGER', [range('range', min, max)])),
  ])

function interval({ of }: Interval): Tag {
  const bound = of.rmType === 'DV_COUNT' ? count(of) : quantity(of)
  return object('C_COMPLEX_OBJECT', `DV_INTERVAL<${of.rmType}>`, [single('upper', bound), single('lower', bound)])
}

/** The constraint on a value of `node`, with the codes of the archetype that both belong to. */
export function constraint(value: Value, node: Node, coding: Coding): Tag {
  if ('options' in value)
    return coded(
      'local',
      value.options.map(label => coding.option(value, label)),
    )
  if ('step' in value) return coded('local', [coding.node(node)])
  if ('codes' in value) return coded(value.terminology, value.codes)
  if ('units' in value) return quantity(value)
  if ('of' in value) return interval(value)
  if ('min' in value) return count(value)
  if ('kind' in value) {
    const kind = primitive('INTEGER', 'C_INTEGER', [tag('list', String(value.kind))])
    return object('C_COMPLEX_OBJECT', 'DV_PROPORTION', [single('type', kind)])
  }
  if ('scale' in value) {
    const symbols = value.scale.map(([rank, label]) =>
      tag('list', [
        tag('value', String(rank)),
        tag('symbol', [tag('value', label), codePhrase('defining_code', 'local', coding.option(value, label))]),
      ]),
    )
    return object('C_DV_ORDINAL', 'DV_ORDINAL', symbols)
  }
  return object('C_COMPLEX_OBJECT', value.rmType)
}

/** A value as one of several: none of them may be demanded, or EHRbase refuses a null flavour in their place. */
export const alternative = (value: Tag): Tag => ({
  ...value,
  inside:
    typeof value.inside === 'string'
      ? value.inside
      : value.inside.map(child => (child.name === 'occurrences' ? range('occurrences', 0, 1) : child)),
})

/** A name that the template fixes. */
export const fixedName = (name: string): Tag =>
  single(
    'name',
    object('C_COMPLEX_OBJECT', 'DV_TEXT', [single('value', primitive('STRING', 'C_STRING', [tag('list', name)]))]),
  )
