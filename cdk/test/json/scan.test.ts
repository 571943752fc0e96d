import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  elements,
  JsonSyntaxError,
  members,
  skipSpace,
  skipValue,
  spells,
  takeMembers,
  textOf,
} from '../../src/json/index.js'
import { jsonText, parses } from './arbitrary.js'

/** Whether the scanner takes the whole of `text` as one JSON value. */
function scans(text: string): boolean {
  const bytes = Buffer.from(text)
  try {
    return skipSpace(bytes, skipValue(bytes, 0)) === bytes.length
  } catch (error) {
    assert.ok(error instanceof JsonSyntaxError)
    return false
  }
}

describe('scanning JSON by bytes', () => {
  it('ends a value where it ends, whatever follows', () => {
    const bytes = Buffer.from('[{"a":"}\\"]"},-1.5e+3,true] , "next"')
    assert.equal(skipValue(bytes, 0), 27)
    assert.equal(skipValue(bytes, 1), 13)
    assert.equal(skipValue(bytes, 14), 21)
  })

  it('takes every text that JSON.parse takes', () => {
    fc.assert(fc.property(jsonText, text => assert.ok(scans(text))))
  })

  it('refuses every damaged text that JSON.parse refuses, and only those', () => {
    const damage = fc.record({
      at: fc.nat(),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 't', 'u'),
        fc.string(),
      ),
    })
    fc.assert(
      fc.property(jsonText, damage, (text, { at, cut, put }) => {
        const start = at % (text.length + 1)
        const damaged = text.slice(0, start) + put + text.slice(start + cut)
        assert.equal(scans(damaged), parses(damaged))
      }),
      { numRuns: 2000 },
    )
  })

  const faults = [
    ['', 0],
    ['{"a":1', 6],
    ['{"a":1]', 6],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['"\u0001"', 1],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['"\\u12\u00104"', 1],
    ['01', 1],
    ['[01]', 2],
    ['1.', 2],
    ['tru', 0],
    ['}', 0],
    ['[\u00001]', 1],
  ] as const
  for (const [text, offset] of faults) {
    it(`tells where ${JSON.stringify(text)} goes wrong, and not what stands there`, () => {
      const bytes = Buffer.from(text)
      const whole = () => {
        const end = skipValue(bytes, 0)
        if (end < bytes.length) throw new JsonSyntaxError(end)
      }
      assert.throws(whole, { name: 'JsonSyntaxError', offset, message: `not valid JSON at byte ${offset}` })
    })
  }

  it('follows a nesting of any depth', () => {
    const deep = Buffer.from(`${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`)
    assert.equal(skipValue(deep, 0), deep.length)
    assert.throws(() => skipValue(deep.subarray(0, -1), 0), JsonSyntaxError)
  })
})

describe('walking an object or array by bytes', () => {
  it('visits the members that JSON.parse finds, in their order', () => {
    fc.assert(
      fc.property(fc.array(jsonText, { maxLength: 5 }), jsonText, (values, space) => {
        const object = ` {${values.map((value, at) => `"k${at}" :${value}`).join()}} ${space}`
        const bytes = Buffer.from(object)
        const seen: [string, unknown][] = []
        const end = members(bytes, 0, (keyStart, keyEnd, start, end) => {
          seen.push([textOf(bytes, keyStart, keyEnd), JSON.parse(bytes.toString('utf8', start, end))])
        })
        assert.equal(bytes[end - 1], '}'.charCodeAt(0))
        assert.deepEqual(seen, Object.entries(JSON.parse(bytes.toString('utf8', 0, end))))
      }),
    )
  })

  it('visits the elements that JSON.parse finds, in their order', () => {
    fc.assert(
      fc.property(fc.array(jsonText, { maxLength: 5 }), values => {
        const bytes = Buffer.from(` [ ${values.join()} ]]`)
        const seen: unknown[] = []
        const end = elements(bytes, 0, (start, end) => seen.push(JSON.parse(bytes.toString('utf8', start, end))))
        assert.equal(end, bytes.length - 1)
        assert.deepEqual(
          seen,
          values.map(value => JSON.parse(value)),
        )
      }),
    )
  })

  it('lets the visitor look inside a value on its way', () => {
    const bytes = Buffer.from('{"a":{"b":1,"c":[2]},"d":3}')
    const keys: string[] = []
    const into = (keyStart: number, keyEnd: number, at: number): number => {
      keys.push(textOf(bytes, keyStart, keyEnd))
      return bytes[at] === '{'.charCodeAt(0) ? takeMembers(bytes, at, into) : skipValue(bytes, at)
    }
    assert.equal(takeMembers(bytes, 0, into), bytes.length)
    assert.deepEqual(keys, ['a', 'b', 'c', 'd'])
  })

  for (const text of ['[1]', '"{}"', '{"a":1,}', '{"a":1', '{"a"}', '{,}', '{"a":}', '{a:1}', '{"a":1 "b":2}']) {
    it(`refuses ${text} as an object`, () => {
      assert.throws(() => members(Buffer.from(text), 0, () => {}), JsonSyntaxError)
    })
  }

  for (const text of ['{}', '[1,]', '[1', '[1 2]', '[,]']) {
    it(`refuses ${text} as an array`, () => {
      assert.throws(() => elements(Buffer.from(text), 0, () => {}), JsonSyntaxError)
    })
  }

  it('knows a key however it is spelled', () => {
    const key = (text: string) => spells(Buffer.from(text), 0, text.length, 'type')
    assert.deepEqual(['type', '\\u0074ype', 'typ', 'types', 'tyqe', '\\u0074ypo', ''].map(key), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
