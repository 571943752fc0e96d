import assert from 'node:assert/strict'
import { Population } from '../../src/patients/population.js'
import { descriptions, templates } from '../../src/templates/catalogue.js'
import { codingsOf } from '../../src/templates/coding.js'
import { isNode, type Node } from '../../src/templates/description.js'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const population = new Population({ seed: 5, compositions: 8000 })

function* objectsIn(json: Json): Generator<{ [key: string]: Json }> {
  if (typeof json !== 'object' || json === null) return
  if (!Array.isArray(json)) yield json
  for (const child of Object.values(json)) yield* objectsIn(child)
}

/** `archetype at-code type` of everything in a composition; elements count once for each type of value. */
function placesIn(json: Json, archetype: string, places: Set<string>): void {
  if (typeof json !== 'object' || json === null) return
  if (Array.isArray(json)) {
    for (const child of json) placesIn(child, archetype, places)
    return
  }
  const id = typeof json.archetype_node_id === 'string' ? json.archetype_node_id : undefined
  const inside = id?.startsWith('openEHR') ? id : archetype
  if (id !== undefined) {
    const value = json.value
    const type = typeof value === 'object' && value !== null && !Array.isArray(value) ? value._type : ''
    places.add(`${inside} ${id === inside ? 'at0000' : id} ${type ?? ''}`)
  }
  for (const child of Object.values(json)) placesIn(child, inside, places)
}

/** The same of everything that a template describes. */
function placesOf(template: Node): Set<string> {
  const codings = codingsOf(template)
  const places = new Set<string>()
  const visit = (node: Node, archetype: Node): void => {
    const root = node.archetype === undefined ? archetype : node
    const code = node.label === '' || node.rmType === 'ISM_TRANSITION' ? undefined : codings.get(root)?.node(node)
    const values = node.attributes.flatMap(({ name, children }) => (name === 'value' ? children : []))
    const types = values.flatMap(value => (isNode(value) ? [] : [value.rmType]))
    if (code !== undefined)
      for (const type of types.length > 0 ? types : ['']) places.add(`${root.archetype} ${code} ${type}`)
    for (const child of node.attributes.flatMap(({ children }) => children)) if (isNode(child)) visit(child, root)
  }
  visit(template, template)
  return places
}

describe('synthetic compositions', () => {
  const indicesOf = (template: number): number[] =>
    [...Array(population.size).keys()].filter(index => population.templateAt(index) === template)

  descriptions.forEach((description, template) => {
    it(`of ${description.templateId} use all that it describes, and nothing else`, () => {
      const places = new Set<string>()
      for (const index of indicesOf(template)) placesIn(JSON.parse(population.text(index)), '', places)
      const described = placesOf(description.root)
      assert.deepEqual(
        [...described].filter(place => !places.has(place)),
        [],
      )
      // What is there besides has a null flavour for its value.
      const strange = [...places].filter(place => !described.has(place) && !place.endsWith(' '))
      assert.deepEqual(strange, [])
    })
  })

  it('hold every data type, null flavour, range and party that flattening has to cope with', () => {
    const types = new Set<Json>()
    const keys = new Set<string>()
    for (let index = 0; index < 4000; index++) {
      for (const object of objectsIn(JSON.parse(population.text(index)))) {
        types.add(object._type ?? null)
        for (const key of Object.keys(object)) keys.add(key)
      }
    }
    for (const type of [
      'DV_TEXT',
      'DV_CODED_TEXT',
      'DV_QUANTITY',
      'DV_COUNT',
      'DV_PROPORTION',
      'DV_ORDINAL',
      'DV_BOOLEAN',
      'DV_DATE',
      'DV_TIME',
      'DV_DATE_TIME',
      'DV_DURATION',
      'DV_IDENTIFIER',
      'DV_URI',
      'DV_MULTIMEDIA',
      'DV_PARSABLE',
      'DV_INTERVAL',
      'POINT_EVENT',
      'INTERVAL_EVENT',
      'SECTION',
      'OBSERVATION',
      'EVALUATION',
      'INSTRUCTION',
      'ACTION',
      'ADMIN_ENTRY',
      'ISM_TRANSITION',
      'INSTRUCTION_DETAILS',
      'PARTICIPATION',
      'PARTY_IDENTIFIED',
      'PARTY_SELF',
    ]) {
      assert.ok(types.has(type), type)
    }
    for (const key of [
      'null_flavour',
      'null_reason',
      'normal_range',
      'normal_status',
      'magnitude_status',
      'provider',
      'participations',
      'other_participations',
      'health_care_facility',
      'location',
      'end_time',
      'instruction_details',
      'expiry_time',
    ]) {
      assert.ok(keys.has(key), key)
    }
  })

  it('carry the id, the template and the version under which they are served', () => {
    for (let index = 0; index < 400; index++) {
      const composition = JSON.parse(population.text(index))
      const template = templates[population.templateAt(index)]
      assert.equal(composition.uid.value, `${population.uidAt(index)}::${population.systemId}::1`)
      assert.equal(composition.archetype_details.template_id.value, template?.templateId)
      assert.equal(composition.archetype_node_id, template?.archetypeId)
    }
  })

  it('name clinicians in the narrative of notes', () => {
    const notes = indicesOf(templates.findIndex(({ concept }) => concept === 'Encounter note'))
    for (const index of notes.slice(0, 200)) {
      const text = population.text(index)
      const { name } = JSON.parse(text).composer
      const [synopsis] = [...objectsIn(JSON.parse(text))].filter(({ value }) => String(value).includes('Seen by'))
      assert.ok(String(synopsis?.value).includes(name))
    }
  })

  it('follow each patient: a hypertensive one reads higher than most, visit for visit', () => {
    const systolics = (ehr: number): number[] =>
      [...population.compositionsOf(ehr)].flatMap(index =>
        [...objectsIn(JSON.parse(population.text(index)))].flatMap(({ name, value }) =>
          JSON.stringify(name)?.includes('"Systolic"') ? [Number((value as { magnitude: number }).magnitude)] : [],
        ),
      )
    const mean = (numbers: number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length
    const readings = [...Array(50).keys()].map(systolics).filter(list => list.length > 4)
    const within = mean(readings.map(list => Math.max(...list) - Math.min(...list)))
    const means = readings.map(mean)
    assert.ok(Math.max(...means) - Math.min(...means) > 1.5 * within)
  })
})
