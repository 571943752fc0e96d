import assert from 'node:assert/strict'
import fc from 'fast-check'
import { contains, cut, partitions, type Range, subtract, union } from '../src/scan/ranges.js'

const id = fc.uuid({ version: 4 })
const range: fc.Arbitrary<Range> = fc
  .tuple(id, id)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => (a < b ? { after: a, through: b } : { after: b, through: a }))

describe('the ranges of a snapshot', () => {
  it('hold every id exactly once, whatever the number of partitions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), id, (count, each) => {
        assert.equal(partitions(count).filter(part => contains([part], each)).length, 1)
      }),
    )
  })

  it('are equally wide', () => {
    assert.deepEqual(
      partitions(4).map(({ through }) => through.slice(0, 8)),
      ['3fffffff', '7fffffff', 'bfffffff', '~'],
    )
  })

  it('lose exactly what was read', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), range, id, (open, done, each) => {
        assert.equal(contains(subtract(open, done), each), contains(open, each) && !contains([done], each))
      }),
    )
  })

  it('of several streams are read once where they overlap', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 6 }), id, (open, each) => {
        const merged = union(open)
        assert.equal(contains(merged, each), contains(open, each))
        assert.ok(merged.filter(part => contains([part], each)).length <= 1)
      }),
    )
  })

  it('stay the same ids when they are cut for reading side by side', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 4 }), fc.integer({ min: 1, max: 8 }), id, (open, count, each) => {
        const lanes = cut(union(open), partitions(count))
        assert.equal(lanes.filter(lane => contains([lane], each)).length, contains(open, each) ? 1 : 0)
      }),
    )
  })
})
