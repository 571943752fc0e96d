import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { descriptions, templateFile, templates } from '../../src/templates/catalogue.js'
import { codesOf } from '../../src/templates/coding.js'
import { cluster, element, evaluation, type Node, template } from '../../src/templates/description.js'
import { optOf } from '../../src/templates/opt.js'
import { coded, text } from '../../src/templates/value.js'

const note = (...content: Node[]) =>
  template({
    templateId: 'note.v1',
    concept: 'Note',
    purpose: 'An example.',
    category: 'event',
    archetype: 'openEHR-EHR-COMPOSITION.note.v1',
    content,
  })

const opinion = (...data: Node[]) => evaluation('Opinion', '0..*', 'openEHR-EHR-EVALUATION.opinion.v1', { data })

describe('an operational template', () => {
  for (const description of descriptions) {
    it(`of ${description.templateId} is generated as it is checked in`, () => {
      assert.equal(optOf(description), readFileSync(templateFile(description.templateId, 'opt'), 'utf8'))
    })
  }

  it('is read by the web template that an EHRbase made of it', () => {
    for (const { templateId, archetypeId, webTemplate } of templates) {
      const recorded = JSON.parse(webTemplate())
      assert.deepEqual([recorded.templateId, recorded.tree.nodeId], [templateId, archetypeId])
    }
  })

  it('demands exactly one context of an event', () => {
    const context = optOf(note(opinion(element('Thought', '1..1', text)))).split('<rm_type_name>EVENT_CONTEXT')[1]
    assert.match(context ?? '', /^<\/rm_type_name>\s*<occurrences>.*<lower>1<\/lower><upper>1<\/upper><\/occurrences>/)
  })

  it('refuses an archetype that is described in two ways, whose codes would mean two things', () => {
    const twice = note(opinion(element('Thought', '1..1', text)), opinion(element('Doubt', '1..1', text)))
    assert.throws(() => optOf(twice), /conflict/)
  })

  it('refuses a label in small letters, behind which a server may hide the node', () => {
    assert.throws(() => optOf(note(opinion(element('name', '1..1', text)))), /begin with a capital/)
  })

  it('gives codes in the order of the description and leaves nested archetypes their own', () => {
    const nested = cluster('Detail', '0..1', [element('Size', '0..1', text)], 'openEHR-EHR-CLUSTER.detail.v1')
    const root = opinion(element('Certainty', '0..1', coded('Sure', 'Unsure')), nested, element('Remark', '0..1', text))
    assert.deepEqual(
      [...codesOf(root).terms],
      [
        ['at0000', 'Opinion'],
        ['at0001', 'Tree'],
        ['at0002', 'Certainty'],
        ['at0003', 'Sure'],
        ['at0004', 'Unsure'],
        ['at0005', 'Remark'],
      ],
    )
  })

  it('escapes what XML would read as markup', () => {
    assert.match(
      optOf(note(opinion(element('Weight < 50 & "falling"', '0..1', text)))),
      /Weight &lt; 50 &amp; &quot;falling/,
    )
  })
})
