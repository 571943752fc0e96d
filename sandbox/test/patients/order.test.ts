import assert from 'node:assert/strict'
import fc from 'fast-check'
import { scramble, unscramble } from '../../src/patients/chance.js'
import { ascending, countBelow, sortedBy } from '../../src/patients/order.js'
import { uuid, uuidIndex } from '../../src/patients/uuid.js'

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('order without comparison', () => {
  it('sorts by key and keeps those with equal keys as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(5), fc.nat({ max: 2 ** 48 - 1 }))), keys => {
        const key = (index: number): number => keys[index] ?? 0
        const expected = [...keys.keys()].sort((a, b) => key(a) - key(b))
        assert.deepEqual([...sortedBy(ascending(keys.length), 3, key)], expected)
      }),
    )
  })

  it('counts what lies below a bound', () => {
    const keys = [10, 20, 20, 30]
    const below = (bound: number): number => countBelow(ascending(4), index => keys[index] ?? 0, bound)
    assert.deepEqual([5, 10, 11, 20, 21, 99].map(below), [0, 0, 1, 1, 3, 4])
  })

  it('finds the number that was scrambled', () => {
    fc.assert(fc.property(word, word, (n, key) => assert.equal(unscramble(scramble(n, key), key), n)))
  })

  it('finds the number that a uuid was made from, and none for a foreign uuid', () => {
    fc.assert(fc.property(fc.nat(999), word, (n, key) => assert.equal(uuidIndex(uuid(n, key), key, 1000), n)))
    fc.assert(fc.property(fc.uuid(), word, (foreign, key) => assert.equal(uuidIndex(foreign, key, 1000), undefined)))
  })
})
