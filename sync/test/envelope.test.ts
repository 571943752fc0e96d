import assert from 'node:assert/strict'
import fc from 'fast-check'
import { recordHead } from '../src/envelope.js'

const head = (line: string) => {
  const bytes = Buffer.from(`before\n${line}\nafter`)
  return recordHead(bytes, 7, bytes.length - 6)
}

describe("A record's head", () => {
  it('tells the stream without a look at the data', () => {
    const line = '{"type":"RECORD","record":{"stream":"vitals","emitted_at":1700000000000,"data":{"stream":"no"}}}'
    assert.deepEqual(head(line), { stream: 'vitals', length: '{"type":"RECORD","record":{"stream":"vitals"'.length })
  })

  it('tells a namespace that stands before the data', () => {
    const line = '{"type":"RECORD","record":{"namespace":"ehr","stream":"vitals","data":{}}}'
    assert.deepEqual(head(line), {
      stream: 'vitals',
      namespace: 'ehr',
      length: '{"type":"RECORD","record":{"namespace":"ehr","stream":"vitals"'.length,
    })
  })

  it('is read with blanks in it, as Python prints JSON', () => {
    const line = '{"type": "RECORD", "record": {"stream": "café", "data": {"a": 1}, "emitted_at": 1}}'
    assert.equal(head(line)?.stream, 'café')
  })

  for (const [what, line] of [
    ['the type stands behind the record', '{"record":{"stream":"a","data":{}},"type":"RECORD"}'],
    ['the stream stands behind the data', '{"type":"RECORD","record":{"data":{},"stream":"a"}}'],
    ['the name holds an escape', '{"type":"RECORD","record":{"stream":"a\\"b","data":{}}}'],
    ['there is metadata before the data', '{"type":"RECORD","record":{"stream":"a","meta":{},"data":{}}}'],
    ['the line was cut', '{"type":"RECORD","record":{"stream":"a","data":{"x":"y'],
    ['the line was cut in the head', '{"type":"RECORD","record":{"str'],
    ['it is a state', '{"type":"STATE","state":{"type":"STREAM"}}'],
    ['it is a record without data', '{"type":"RECORD","record":{"stream":"a","emitted_at":1}}'],
    ['it is no JSON', 'Downloading…'],
    ['it is empty', ''],
  ] as const)
    it(`leaves the line to the parser when ${what}`, () => assert.equal(head(line), undefined))

  it('says what the parser would say, or nothing', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', 'é', '😀', ' ', ',', '{', '}') })
    const members = fc.shuffledSubarray(['stream', 'namespace', 'emitted_at', 'data', 'meta'] as const)
    fc.assert(
      fc.property(text, text, members, fc.boolean(), fc.boolean(), (stream, namespace, keys, typeFirst, spaced) => {
        const all = { stream, namespace, emitted_at: 1.5e12, data: { stream: 'inner' }, meta: { changes: [] } }
        const record = Object.fromEntries(keys.map(key => [key, all[key]]))
        const message = typeFirst ? { type: 'RECORD', record } : { record, type: 'RECORD' }
        const line = spaced ? JSON.stringify(message, null, 1).replaceAll('\n', ' ') : JSON.stringify(message)
        const found = head(line)
        if (found === undefined) return
        assert.equal(found.stream, record.stream)
        if (found.namespace !== undefined) assert.equal(found.namespace, record.namespace)
        assert.equal(Buffer.from(line).subarray(0, found.length).at(-1), 0x22)
      }),
    )
  })
})
