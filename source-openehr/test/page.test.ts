import assert from 'node:assert/strict'
import { TransientError } from '@openehr-connectors/cdk'
import { memberSpan, type Page, PageReader, type Row } from '../src/page.js'

const COLUMNS = ['ehr_id', 'version_uid', 'composition']
const read = (body: string): Page => new PageReader().read(Buffer.from(body), COLUMNS, 'composition')
const rowsOf = (page: Page): Row[] => Array.from({ length: page.length }, (_, i) => page.row(i))
const payloads = (body: string): (string | undefined)[] => {
  const page = read(body)
  return rowsOf(page).map(({ payload }) => payload && page.text.toString('utf8', payload.start, payload.end))
}

describe('a page', () => {
  it('keeps each composition byte for byte but for white space', () => {
    const body = `{ "meta" : {}, "rows" : [ [ "e1", "u1::s::1", { "n" : 22.0, "big" : 12345678901234567890,
      "text" : "a  \\u00e4 \\" }," } ], ["e2", "u2::s::1", {"n":1.10}] ] }`
    assert.deepEqual(payloads(body), ['{"n":22.0,"big":12345678901234567890,"text":"a  \\u00e4 \\" },"}', '{"n":1.10}'])
  })

  it('gives short columns as text, and null as null', () => {
    assert.deepEqual(read('{"rows":[["e\\u00e41",null,{}]]}').row(0).values, { ehr_id: 'eä1', version_uid: null })
  })

  it('finds the members of the composition itself, not of what lies deeper', () => {
    const page = read('{"rows":[["e","u",{"a":{"name":1},"name":{"value":"x"}}]]}')
    const payload = page.row(0).payload
    const span = payload && memberSpan(page, payload, 'name')
    assert.equal(span && page.text.toString('utf8', ...span), '{"value":"x"}')
  })

  it('has no rows when the server sends null, or none', () => {
    assert.deepEqual(
      [read('{"rows":null}'), read('{"rows":[]}'), read('{}')].map(page => page.length),
      [0, 0, 0],
    )
  })

  it('tells the most rows that the server serves', () => {
    assert.equal(read('{"meta":{"max-limit":100},"rows":[]}').maxLimit, 100)
    assert.equal(read('{"rows":[],"meta":{"max-limit":null}}').maxLimit, undefined)
  })

  it('overwrites the one that the same reader read before', () => {
    const reader = new PageReader()
    const [first, second] = ['{"rows":[["e1","u1",{"a":1}]]}', '{"rows":[["e2","u2",{"b":2}],["e3","u3",null]]}']
    assert.equal(reader.read(Buffer.from(first), COLUMNS, 'composition').length, 1)
    const page = reader.read(Buffer.from(second), COLUMNS, 'composition')
    assert.deepEqual(
      rowsOf(page).map(({ values, payload }) => [
        values.ehr_id,
        payload && page.text.toString('utf8', payload.start, payload.end),
      ]),
      [
        ['e2', '{"b":2}'],
        ['e3', undefined],
      ],
    )
  })

  it('that was cut is an error, wherever it was cut', () => {
    const body = '{"meta":{"max-limit":1},"rows":[["e1","u1",{"a":[1,"x"]}],["e2","u2",{"b":2}]]}'
    for (let end = 0; end < body.length; end++)
      assert.throws(() => read(body.slice(0, end)), TransientError, body.slice(0, end))
  })

  it('with a row of the wrong width is an error', () => {
    assert.throws(() => read('{"rows":[["e1","u1"]]}'), TransientError)
    assert.throws(() => read('{"rows":[["e1","u1",{},4]]}'), TransientError)
  })
})
