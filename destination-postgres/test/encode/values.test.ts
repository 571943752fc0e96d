import assert from 'node:assert/strict'
import type { IncomingRecord } from '@openehr-connectors/cdk'
import fc from 'fast-check'
import { before, describe, it } from 'mocha'
import type { ColumnType } from '../../src/columns.js'
import { loadInto } from '../../src/load.js'
import type { StreamPlan } from '../../src/plan.js'
import { connected, emptySchema, record, sql } from '../database.js'

const schema = 'values'
const signal = new AbortController().signal

/** What a column of the type holds, as text, after each JSON value has come in binary; null for NULL. */
const landed = async (type: ColumnType, values: readonly string[]): Promise<(string | null)[]> => {
  const name = { schema, table: `t_${type.replaceAll(' ', '_')}` }
  const columns = [{ property: 'v', name: 'v', type }]
  const plan: StreamPlan = {
    stream: 's',
    target: name,
    stage: name,
    columns,
    key: [],
    cursor: undefined,
    identity: [],
    replacement: undefined,
    generation: 0,
    syncId: 1,
  }
  const load = loadInto({ name, columns, rawId: 'uuid' }, plan, true)
  const records: IncomingRecord[] = values.map(value => record(`{"v":${value}}`))
  return connected(async client => {
    await client.query(`
      DROP TABLE IF EXISTS ${schema}.${name.table};
      CREATE TABLE ${schema}.${name.table} (place serial, v ${type}, _airbyte_raw_id uuid,
        _airbyte_extracted_at timestamptz, _airbyte_meta jsonb, _airbyte_generation_id bigint)`)
    await load(client, records, signal)
    const { rows } = await client.query<{ v: string | null }>(
      `SELECT v::text AS v FROM ${schema}.${name.table} ORDER BY place`,
    )
    return rows.map(({ v }) => v)
  })
}

/** What PostgreSQL makes of texts itself. */
const cast = async (type: ColumnType, texts: readonly string[]): Promise<string[]> =>
  connected(async client => {
    const { rows } = await client.query<{ v: string }>(
      `SELECT (t::${type})::text AS v FROM unnest($1::text[]) WITH ORDINALITY u(t, n) ORDER BY n`,
      [texts],
    )
    return rows.map(({ v }) => v)
  })

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most })

/** A JSON number of any size: an integer part without leading zeros, a fraction, an exponent, each optional. */
const jsonNumber = fc
  .record({
    minus: fc.constantFrom('', '-'),
    whole: fc.oneof(
      fc.constant('0'),
      digits(1, 30).map(text => `7${text}`),
      fc.nat(99).map(String),
    ),
    fraction: fc.oneof(
      fc.constant(''),
      digits(1, 30).map(text => `.${text}`),
    ),
    exponent: fc.oneof(
      fc.constant(''),
      fc.integer({ min: -400, max: 400 }).map(power => `e${power}`),
    ),
  })
  .map(({ minus, whole, fraction, exponent }) => minus + whole + fraction + exponent)

const two = (most: number, least = 0) => fc.integer({ min: least, max: most }).map(n => String(n).padStart(2, '0'))
const zone = fc.oneof(
  fc.constantFrom('Z', 'z', '', '+00', '-0930', '+05:30', '-00:00:30'),
  fc.tuple(fc.constantFrom('+', '-'), two(15), two(59)).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
)
const fraction = fc.oneof(
  fc.constant(''),
  digits(1, 9).map(text => `.${text}`),
)
const clock = fc
  .tuple(
    two(23),
    two(59),
    fc.oneof(
      two(60).map(s => `:${s}`),
      fc.constant(''),
    ),
  )
  .chain(([hours, minutes, seconds]) =>
    fraction.map(f => `${hours}:${minutes}${seconds}${seconds === '' || seconds === ':60' ? '' : f}`),
  )
const day = fc
  .date({ min: new Date('0001-01-03T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
  .map(date => date.toISOString().slice(0, 10))

const sameAsPostgres = (
  type: ColumnType,
  values: fc.Arbitrary<string>,
  json = (text: string) => JSON.stringify(text),
) =>
  fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: 50, maxLength: 200 }), async texts => {
      assert.deepEqual(await landed(type, texts.map(json)), await cast(type, texts))
    }),
    { numRuns: 15 },
  )

describe('a value that comes in binary', () => {
  before(() => emptySchema(schema))

  it('is the number that PostgreSQL reads from the same text, to the last digit and trailing zero', () =>
    sameAsPostgres('numeric', jsonNumber, text => text))

  it('is the integer that PostgreSQL reads from the same text', () =>
    sameAsPostgres('bigint', fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String), text => text))

  it('is the point in time that PostgreSQL reads from the same text, with any offset and fraction', () =>
    sameAsPostgres(
      'timestamp with time zone',
      fc.tuple(day, fc.constantFrom('T', ' '), clock, zone).map(parts => parts.join('')),
    ))

  it('is the time on the wall that PostgreSQL reads from the same text', () =>
    sameAsPostgres(
      'timestamp without time zone',
      fc.tuple(day, fc.constant('T'), clock, zone).map(parts => parts.join('')),
    ))

  it('is the date that PostgreSQL reads from the same text', () => sameAsPostgres('date', day))

  it('is the time of day that PostgreSQL reads from the same text', async () => {
    await sameAsPostgres('time without time zone', clock)
    await sameAsPostgres(
      'time with time zone',
      fc.tuple(clock, zone).map(parts => parts.join('')),
    )
  })

  it('is the text that JSON.parse reads, whichever way its characters are escaped', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 }), { minLength: 20 }), async texts => {
        const sound = texts.map(text => text.replaceAll('\0', '_'))
        const escaped = sound.map(
          text =>
            `"${[...Array(text.length).keys()].map(i => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`,
        )
        assert.deepEqual(await landed('text', [...sound.map(text => JSON.stringify(text)), ...escaped]), [
          ...sound,
          ...sound,
        ])
      }),
      { numRuns: 10 },
    ))

  it('is the JSON that PostgreSQL reads from the same text', () =>
    sameAsPostgres(
      'jsonb',
      fc.json().filter(text => text !== 'null' && !text.includes('\\u')),
      text => text,
    ))

  it('keeps digits in JSON that a double would lose', async () =>
    assert.deepEqual(
      await landed('jsonb', ['[12345678901234567890123,1.10,1e400,0.1000000000000000055511151231257827]']),
      [`[12345678901234567890123, 1.10, 1${'0'.repeat(400)}, 0.1000000000000000055511151231257827]`],
    ))

  it('is an integer also where it is written with a fraction of zeros, an exponent or in quotes', async () =>
    assert.deepEqual(await landed('bigint', ['1.0', '12e3', '1500e-2', '-0', '"42"', '9223372036854775807', '0e99']), [
      '1',
      '12000',
      '15',
      '0',
      '42',
      '9223372036854775807',
      '0',
    ]))

  it('is a number also in quotes, as runners replay it', async () =>
    assert.deepEqual(await landed('numeric', ['"1.510000000"', '-0.00', '1e-3', '1E+2']), [
      '1.510000000',
      '0.00',
      '0.001',
      '100',
    ]))

  it('is true or false', async () =>
    assert.deepEqual(await landed('boolean', ['true', 'false', '"true"', '1']), ['true', 'false', null, null]))

  it('is the JSON text of what is no string, in a text column', async () =>
    assert.deepEqual(await landed('text', ['12.50', 'true', '{"a": [1]}', '""']), ['12.50', 'true', '{"a": [1]}', '']))

  it('is NULL where the column cannot hold it', async () => {
    const hopeless: [ColumnType, string[]][] = [
      ['bigint', ['"twelve"', '1.5', '9223372036854775808', '-9223372036854775809', '1e19', '{}', 'true', '""', '"-"']],
      ['numeric', ['"1,5"', '1e131072', '1e-16384', '"NaN"', '[]', '""', '1e999999999']],
      ['date', ['"2024-13-01"', '"2024-02-30"', '"2023-02-29"', '"2024-05"', '"0000-01-01"', '20240501', '"x"', '""']],
      [
        'timestamp with time zone',
        ['"2024-05"', '"2024-05-01"', '"2024-05-01T25:00:00Z"', '"2024-05-01T10:00:00+16:00"'],
      ],
      [
        'timestamp with time zone',
        ['"2024-05-01T10:60:00Z"', '"2024-05-01T10:00:00Zulu"', '"2024-05-01T10:00:00."', '1'],
      ],
      ['time without time zone', ['"25:00"', '"10"', '"10:00:61"', '36000']],
    ]
    for (const [type, values] of hopeless) {
      assert.deepEqual(
        await landed(type, values),
        values.map(() => null),
        type,
      )
    }
  })

  it('is NULL where the JSON is null or the property is missing, without a change being noted', async () => {
    assert.deepEqual(await landed('text', ['null']), [null])
    assert.deepEqual(await sql(`SELECT _airbyte_meta AS meta FROM ${schema}.t_text`), [
      { meta: { sync_id: 1, changes: [] } },
    ])
  })
})
