import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { ByteBuilder, compactValue, JsonSyntaxError, textOf } from '../../src/json/index.js'
import { jsonText } from './arbitrary.js'

function compacted(text: string): string {
  const out = new ByteBuilder(1)
  compactValue(Buffer.from(text), 0, out)
  return out.view().toString()
}

describe('copying JSON without its white space', () => {
  it('keeps strings and numbers byte for byte', () => {
    const pretty =
      '{ "a b" : [ 12345678901234567890123 , 1.10, 1e400,\n\t"x  \\u00e9\\n" ] ,\r\n "c" : { } , "d" : [ ] }'
    assert.equal(compacted(pretty), '{"a b":[12345678901234567890123,1.10,1e400,"x  \\u00e9\\n"],"c":{},"d":[]}')
  })

  it('leaves the same value, and no white space outside of strings', () => {
    fc.assert(
      fc.property(jsonText, text => {
        const copy = compacted(text)
        assert.deepEqual(JSON.parse(copy), JSON.parse(text))
        assert.doesNotMatch(copy.replace(/"(?:[^"\\]|\\.)*"/gs, '""'), /\s/)
      }),
    )
  })

  it('copies what is compact already as it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (first, second) => {
        const out = new ByteBuilder(1)
        const bytes = Buffer.from(`${first},${second}`)
        const end = compactValue(bytes, 0, out)
        assert.equal(out.view().toString(), first)
        assert.equal(compactValue(bytes, end + 1, out), bytes.length)
        assert.equal(out.view().toString(), first + second)
      }),
    )
  })

  it('tells the members of the object as spans of the copy, as soon as they are there', () => {
    const bytes = Buffer.from(
      ' { "name" : { "value" : "Report" } ,\n "uid":"1::a::2", "n" : [ 1 , { "x" : 2 } ] , "z" : 0 } ',
    )
    const out = new ByteBuilder(1)
    out.appendLatin1('before ')
    const seen: Record<string, string> = {}
    compactValue(bytes, 0, out, (keyStart, keyEnd, start, end) => {
      seen[textOf(out.view(), keyStart, keyEnd)] = out.view().toString('utf8', start, end)
    })
    assert.deepEqual(seen, { name: '{"value":"Report"}', uid: '"1::a::2"', n: '[1,{"x":2}]', z: '0' })
    assert.equal(out.view().toString(), 'before {"name":{"value":"Report"},"uid":"1::a::2","n":[1,{"x":2}],"z":0}')
  })

  it('tells the members of any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const out = new ByteBuilder(1)
        const seen: [string, unknown][] = []
        compactValue(Buffer.from(JSON.stringify(object, null, indent)), 0, out, (keyStart, keyEnd, start, end) => {
          seen.push([textOf(out.view(), keyStart, keyEnd), JSON.parse(out.view().toString('utf8', start, end))])
        })
        assert.deepEqual(seen, Object.entries(JSON.parse(JSON.stringify(object))))
      }),
    )
  })

  it('tells nothing of a value that is no object', () => {
    const told = () => assert.fail('told a member')
    for (const text of ['[{"a":1},2]', '"a"', '1', '{ }']) compactValue(Buffer.from(text), 0, new ByteBuilder(), told)
  })

  it('refuses what is not JSON', () => {
    assert.throws(() => compacted('{ "a" : 1 ] '), JsonSyntaxError)
  })
})

describe('ByteBuilder', () => {
  it('grows, and forgets at reset', () => {
    const out = new ByteBuilder(2)
    out.appendUtf8('å€😀')
    out.appendLatin1('å')
    out.append(Buffer.from(`<${'x'.repeat(200)}>`), 1, 201)
    out.append(Buffer.from('abc'), 1, 2)
    assert.deepEqual(
      out.view(),
      Buffer.concat([Buffer.from('å€😀'), Buffer.of(0xe5), Buffer.from(`${'x'.repeat(200)}b`)]),
    )
    assert.equal(out.length, out.view().length)
    out.reset()
    assert.equal(out.view().length, 0)
  })
})
