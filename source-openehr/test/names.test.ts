import assert from 'node:assert/strict'
import { streamNames } from '../src/names.js'

const template = (templateId: string, createdAt: string | null = null) => ({
  templateId,
  archetypeId: null,
  concept: null,
  createdAt,
})
const nameOf = (id: string, ...all: ReturnType<typeof template>[]): string | undefined =>
  [...streamNames(all)].find(([, templateId]) => templateId === id)?.[0]

describe("a template's stream name", () => {
  it('is its id in lower case with underscores', () => {
    assert.equal(nameOf('Vital Signs.v1', template('Vital Signs.v1')), 'composition_vital_signs_v1')
    assert.equal(nameOf('Ärztlicher Befund', template('Ärztlicher Befund')), 'composition_arztlicher_befund')
  })

  it('stays when a template is added whose id would give the same', () => {
    const [old, added] = [template('lab.v1', '2020-01-01T00:00:00Z'), template('lab v1', '2024-01-01T00:00:00Z')]
    assert.equal(nameOf('lab.v1', old), 'composition_lab_v1')
    assert.equal(nameOf('lab.v1', added, old), 'composition_lab_v1')
    assert.match(nameOf('lab v1', added, old) ?? '', /^composition_lab_v1_[0-9a-f]{8}$/)
  })

  it('does not depend on the order in which the server lists them', () => {
    const all = ['a.b', 'a b', 'A_B', 'c'].map(id => template(id))
    assert.deepEqual([...streamNames(all)].sort(), [...streamNames([...all].reverse())].sort())
    assert.equal(streamNames(all).size, 4)
  })

  it('of an id without letters or digits is a hash', () => {
    assert.match(nameOf('---', template('---')) ?? '', /^composition__[0-9a-f]{8}$/)
  })
})
