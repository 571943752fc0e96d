import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { AqlError } from '../../src/aql/error.js'
import { planOf } from '../../src/aql/plan.js'
import { compositions as from } from '../ask.js'

const refused = (query: string, parameters = {}): [number, string] => {
  try {
    planOf(query, parameters, 'ehrbase.example')
  } catch (error) {
    if (error instanceof AqlError) return [error.status, error.message]
    throw error
  }
  throw new assert.AssertionError({ message: `${query} was not refused` })
}

const notImplemented = (what: string): [number, string] => [400, `Not implemented: ${what}`]
const unparsable = (what: string): [number, string] => [400, `Could not parse AQL query: Parse exception: ${what}`]
const tripped: [number, string] = [500, 'An internal error has occurred. Please contact your administrator.']

describe('AQL refusals', () => {
  /** As an EHRbase 2.16.0 answered, word by word. */
  const recorded: [string, [number, string]][] = [
    [
      `SELECT v/uid/value, v/commit_audit/time_committed/value ${from} ORDER BY v/commit_audit/time_committed/value ASC LIMIT 1`,
      notImplemented('ORDER_BY: VERSION path v/commit_audit/time_committed/value is not supported'),
    ],
    [
      `SELECT v/uid/value ${from} WHERE v/commit_audit/time_committed/value > '2020-01-01T00:00:00Z' LIMIT 1`,
      notImplemented('WHERE: VERSION path v/commit_audit/time_committed/value is not supported'),
    ],
    [
      `SELECT v/uid/value ${from} ORDER BY v/commit_audit/time_committed ASC LIMIT 1`,
      notImplemented('ORDER BY: Path: v/commit_audit/time_committed is not present in SELECT statement'),
    ],
    [
      'SELECT e/ehr_id/value, e/time_created/value FROM EHR e ORDER BY e/time_created/value LIMIT 1',
      notImplemented("ORDER_BY: identified path 'time_created/value' for type EHR not supported"),
    ],
    [
      `SELECT v/lifecycle_state/value ${from}`,
      notImplemented('SELECT: VERSION path v/lifecycle_state/value is not supported'),
    ],
    [`SELECT v ${from} LIMIT 1`, notImplemented('selecting the full VERSION object (v)')],
    [`SELECT e ${from} LIMIT 1`, notImplemented('selecting the full EHR object (e)')],
    [
      'SELECT v/uid/value FROM EHR e CONTAINS VERSION v[ALL_VERSIONS] CONTAINS COMPOSITION c LIMIT 1',
      notImplemented('Only VERSION queries without predicate or on LATEST_VERSION supported'),
    ],
    [`SELECT v/uid/value ${from} WHERE v/uid/value LIKE 'a*'`, notImplemented('LIKE on /uid/value is not supported')],
    [
      `SELECT v/uid/value ${from} WHERE c/archetype_details/template_id/value > 'a'`,
      notImplemented("Conditions on 'archetype_details/template_id/value' only support =,!= and MATCHES"),
    ],
    [`SELECT v/uid/value ${from} WHERE NOT EXISTS c/name`, notImplemented('WHERE: EXISTS operator is not supported')],
    [`SELECT v/uid/value ${from} WHERE v/uid/value = $uid`, notImplemented('Only primitive operands are supported')],
    [`SELECT v/uid/value ${from} WHERE v/uid/value > 'abc'`, [400, 'abc is not a valid OBJECT_VERSION_ID/UID']],
    [`SELECT v/uid/value ${from} WHERE v/uid/value = 5`, [400, '/uid/value comparisons require a string operand']],
    [
      `SELECT v/uid/value ${from} WHERE v/uid/value = '11111111-1111-4111-8111-111111111111::other::1'`,
      [
        400,
        'CREATING_SYSTEM_ID of 11111111-1111-4111-8111-111111111111::other::1 does not match this server (ehrbase.example)',
      ],
    ],
    [`SELECT v/uid/value ${from} WHERE v/commit_audit/time_committed > 'abc'`, tripped],
    [`SELECT v/uid/value ${from} WHERE v/commit_audit/time_committed > '2020-01'`, tripped],
    [`SELECT v/uid/value ${from} WHERE v/commit_audit/time_committed > 5`, tripped],
    ["SELECT e/ehr_id/value FROM EHR e WHERE e/ehr_id/value > 'x'", tripped],
    ['FOO', unparsable("line 1: char 0 missing SELECT at 'FOO'")],
    [`SELECT v/uid/value ${from} LIMIT`, unparsable("line 1: char 93 missing INTEGER at '<EOF>'")],
    [
      `SELECT v/uid/value ${from} LIMIT 1 x`,
      unparsable("line 1: char 96 extraneous input 'x' expecting {<EOF>, '--'}"),
    ],
    [
      `SELECT v/uid/value ${from} WHERE v/uid/value = 'a LIMIT 1`,
      unparsable("line 1: char 108 token recognition error at: ''a LIMIT 1'"),
    ],
    [
      `SELECT v/uid/value AS x ${from} ORDER BY x ASC`,
      [
        400,
        `Could not parse AQL query: Cannot parse SELECT v/uid/value AS x ${from} ORDER BY x ASC: unknown FROM alias 'x'`,
      ],
    ],
    [
      `SELECT TOP 5 v/uid/value ${from}`,
      [
        400,
        `Could not parse AQL query: Cannot parse SELECT TOP 5 v/uid/value ${from}: Deprecated keyword 'TOP' not implemented. Use 'LIMIT'.`,
      ],
    ],
  ]
  for (const [query, answer] of recorded) {
    it(`refuses ${query.replace(from, 'FROM …')}`, () => assert.deepEqual(refused(query), answer))
  }

  /** EHRbase may know these; the sandbox says that it does not. */
  const unknown = [
    `SELECT DISTINCT c/archetype_details/template_id/value ${from}`,
    `SELECT MAX(v/commit_audit/time_committed/value) ${from}`,
    `SELECT c/content ${from}`,
    `SELECT c/uid/value ${from} WHERE c/name/value = 'x'`,
    `SELECT v/uid/value ${from} ORDER BY v/uid/value DESC`,
    `SELECT e/ehr_id/value ${from} ORDER BY e/ehr_id/value`,
    'SELECT o/uid/value FROM EHR e CONTAINS COMPOSITION c CONTAINS OBSERVATION o',
    'SELECT c/uid/value FROM EHR e CONTAINS COMPOSITION c[openEHR-EHR-COMPOSITION.report.v1]',
    'SELECT c/uid/value FROM COMPOSITION c',
    `SELECT v/uid/value, COUNT(*) ${from} ORDER BY v/uid/value`,
  ]
  for (const query of unknown) {
    it(`does not guess at ${query.replace(from, 'FROM …')}`, () => {
      const [status, message] = refused(query)
      assert.equal(status, 400)
      assert.match(message, /^Not implemented: /)
    })
  }
})
