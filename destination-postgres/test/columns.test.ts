import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { type ColumnType, columnType, declaredColumns } from '../src/columns.js'
import { createTable } from '../src/ddl.js'
import { identifier, quoted } from '../src/identifiers.js'

describe('the column for a property', () => {
  const types: [unknown, ColumnType][] = [
    [{ type: 'string' }, 'text'],
    [{ type: ['null', 'string'] }, 'text'],
    [{ type: 'integer' }, 'bigint'],
    [{ type: 'number' }, 'numeric'],
    [{ type: 'number', airbyte_type: 'integer' }, 'bigint'],
    [{ type: 'boolean' }, 'boolean'],
    [{ type: 'string', format: 'date' }, 'date'],
    [{ type: ['string', 'null'], format: 'date-time' }, 'timestamp with time zone'],
    [{ type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }, 'timestamp with time zone'],
    [
      { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
      'timestamp without time zone',
    ],
    [{ type: 'string', format: 'time' }, 'time without time zone'],
    [{ type: 'string', format: 'time', airbyte_type: 'time_with_timezone' }, 'time with time zone'],
    [{ type: 'object', properties: {} }, 'jsonb'],
    [{ type: 'array', items: { type: 'string' } }, 'jsonb'],
    [{ oneOf: [{ type: 'null' }, { type: 'string', format: 'date' }] }, 'date'],
    [{ anyOf: [{ type: 'integer' }, { type: 'number' }] }, 'numeric'],
    [{ type: ['string', 'integer'] }, 'jsonb'],
    [{ oneOf: [{ type: 'string' }, { type: 'object' }] }, 'jsonb'],
    [{ type: 'null' }, 'jsonb'],
    [{}, 'jsonb'],
    [true, 'jsonb'],
  ]
  for (const [schema, type] of types) {
    it(`of ${JSON.stringify(schema)} is ${type}`, () => assert.equal(columnType(schema), type))
  }

  it('is refused when it would be shared, with both names', () => {
    const long = `p${'a'.repeat(70)}`
    const properties = { [long]: {}, [identifier(long)]: {} }
    assert.throws(() => declaredColumns('s', { properties }), {
      name: 'ConfigError',
      message: new RegExp(`^Stream s: the property ${identifier(long)} and ${long} would share`),
    })
    assert.throws(() => declaredColumns('s', { properties: { _airbyte_meta: {} } }), /Airbyte's own _airbyte_meta/)
  })
})

describe('an identifier', () => {
  it('is the name itself as long as 63 bytes hold it', () => {
    assert.equal(identifier('vital signs/v1|value'), 'vital signs/v1|value')
    assert.equal(identifier('x'.repeat(63)), 'x'.repeat(63))
  })

  it('is cut between characters and told apart by a hash', () => {
    const [one, other] = [`${'ü'.repeat(40)}1`, `${'ü'.repeat(40)}2`].map(name => identifier(name))
    assert.equal(one, `${'ü'.repeat(27)}_07ec6612`)
    assert.notEqual(one, other)
    assert.equal(Buffer.byteLength(identifier('€'.repeat(30), '__stage')) <= 63, true)
  })

  it('is mended where PostgreSQL takes no such name', () => {
    assert.match(identifier(''), /^_[0-9a-f]{8}$/)
    assert.match(identifier('a\0b'), /^a_b_[0-9a-f]{8}$/)
    assert.match(identifier('a\ud800'), /^a\ufffd_[0-9a-f]{8}$/)
  })

  it('is always quoted', () => assert.equal(quoted('Se"lect'), '"Se""lect"'))
})

describe('a table', () => {
  it('has the columns of Airbyte, those of the stream, and the primary key', () => {
    const columns = declaredColumns('ehrs', {
      properties: { ehr_id: { type: 'string' }, time_created: { type: 'string', format: 'date-time' }, status: {} },
    })
    assert.equal(
      createTable({ schema: 'public', table: 'ehrs' }, columns, ['ehr_id']),
      `CREATE TABLE "public"."ehrs" (
  "_airbyte_raw_id" uuid NOT NULL,
  "_airbyte_extracted_at" timestamp with time zone NOT NULL,
  "_airbyte_meta" jsonb NOT NULL,
  "_airbyte_generation_id" bigint,
  "ehr_id" text,
  "time_created" timestamp with time zone,
  "status" jsonb,
  PRIMARY KEY ("ehr_id")
)`,
    )
  })
})
