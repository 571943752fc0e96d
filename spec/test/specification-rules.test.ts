import assert from 'node:assert/strict'
import {
  type ConnectorSpecification,
  destinationPostgresSpecification,
  type JsonObject,
  sourceOpenehrSpecification,
  validateMessage,
} from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { rules } from './specification-rules.js'

const field = { type: 'string', title: 'A', description: 'B.', order: 0 }
const branch = (mode: JsonObject): JsonObject => ({
  type: 'object',
  title: 'A',
  description: 'B.',
  required: ['mode'],
  properties: { mode: { type: 'string', title: 'Mode', order: 0, ...mode } },
})
const choice = (...oneOf: JsonObject[]): JsonObject => ({ ...field, type: 'object', oneOf })

/** For each rule, a specification that breaks it and no other. */
const counterexamples: Record<string, JsonObject> = {
  'every field has a title and a description': { properties: { a: { ...field, description: undefined } } },
  'every field has a place in its form': { properties: { a: { ...field, order: 'first' } } },
  'no two fields of a group have the same order': { properties: { a: field, b: field } },
  'groups are for the top level only': {
    groups: [{ id: 'g' }],
    properties: {
      a: { ...field, group: 'g', type: 'object', properties: { b: { ...field, group: 'g' } } },
    },
  },
  'every group that a field names is defined, and no other': { properties: { a: { ...field, group: 'g' } } },
  'a field with the name of a secret is marked as one': { properties: { password: field } },
  'only texts and numbers are marked as secrets': {
    properties: { a: { ...field, type: 'boolean', airbyte_secret: true } },
  },
  'every field has one type': { properties: { a: { ...field, type: ['string', 'integer'] } } },
  'an object has fields': { properties: { a: { ...field, type: 'object' } } },
  'the items of an array are all of one simple type': {
    properties: { a: { ...field, type: 'array', items: { type: 'boolean' } } },
  },
  'the values of an enum differ': { properties: { a: { ...field, enum: ['x', 'x'] } } },
  'a choice is an object, and so are its branches': {
    properties: { a: { ...choice(branch({ const: 'x' }), branch({ const: 'y' })), type: 'string' } },
  },
  'exactly one const tells the branches of a choice apart': {
    properties: { a: choice(branch({ const: 'x' }), branch({ const: 'x' })) },
  },
  'the const of a branch has no default and no enum': {
    properties: { a: choice(branch({ const: 'x', default: 'x' }), branch({ const: 'y' })) },
  },
  'a way to display belongs to a choice': { properties: { a: { ...field, display_type: 'radio' } } },
  'keywords that the form cannot show are not used': { properties: { a: { ...field, not: { const: 'x' } } } },
  'members that are not known are tolerated': { additionalProperties: false, properties: { a: field } },
  'a date has the pattern of its picker, and the pattern its format': {
    properties: { a: { ...field, format: 'date' } },
  },
  'a pattern is told in words': { properties: { a: { ...field, pattern: '^a$' } } },
  'every required field exists': { required: ['b'], properties: { a: field } },
}

const defined = (value: JsonObject): JsonObject => JSON.parse(JSON.stringify(value))

const specifications: Record<string, ConnectorSpecification> = {
  'source-openehr': sourceOpenehrSpecification,
  'destination-postgres': destinationPostgresSpecification,
}

describe("Airbyte's rules for specifications", () => {
  for (const [name, specification] of Object.entries(specifications)) {
    for (const rule of rules)
      it(`${name}: ${rule.title}`, () => {
        assert.deepEqual(rule.broken(specification), [])
      })

    it(`${name}: it is valid in the protocol, and tells where its documentation is`, () => {
      assert.deepEqual(validateMessage({ type: 'SPEC', spec: structuredClone(specification) }), [])
      assert.equal(specification.protocol_version, '0.2.0')
      assert.match(specification.documentationUrl ?? '', /^https:/)
      assert.match(specification.changelogUrl ?? '', /^https:/)
    })
  }

  it('destination-postgres: it lists the modes that it supports', () => {
    assert.deepEqual(destinationPostgresSpecification.supported_destination_sync_modes, [
      'overwrite',
      'append',
      'append_dedup',
    ])
  })

  for (const rule of rules)
    it(`are broken, and this one alone, by a counterexample: ${rule.title}`, () => {
      const counterexample = counterexamples[rule.title]
      assert.ok(counterexample)
      const specification = { connectionSpecification: { type: 'object', ...defined(counterexample) } }
      const broken = rules.filter(other => other.broken(specification).length > 0).map(other => other.title)
      assert.deepEqual(broken, [rule.title])
    })
})
