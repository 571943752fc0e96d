import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { byBytes, byKey } from '../src/shards.js'
import { record } from './database.js'

const padding = 'x'.repeat(30_000)
/** A batch of more than 2 MB whose records carry their place. */
const batch = (keys: readonly string[]) => keys.map((key, place) => record({ place, key, padding }))
const placesOf = (shard: ReturnType<typeof batch>) =>
  shard.map(({ data }) => (JSON.parse(data.toString()) as { place: number }).place)

describe('a batch for several connections', () => {
  const keys = Array.from({ length: 100 }, (_, i) => `k${i % 10}`)

  it('is cut into runs of about equal bytes, and nothing is lost or moved', () => {
    const shards = byBytes(batch(keys), 4).map(shard => placesOf([...shard]))
    assert.deepEqual(shards.flat(), [...keys.keys()])
    assert.equal(shards.length, 4)
    for (const { length } of shards) assert.ok(Math.abs(length - 25) <= 1)
  })

  it('is left whole when it is small, or when there is but one connection', () => {
    const small = batch(keys.slice(0, 10))
    assert.deepEqual([byBytes(small, 4), byKey(small, 4, ['key'])], [[small], [small]])
    const large = batch(keys)
    assert.deepEqual([byBytes(large, 1), byKey(large, 1, ['key'])], [[large], [large]])
  })

  it('sends all versions of a key the same way, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 80, maxLength: 120 }),
        fc.integer({ min: 2, max: 8 }),
        (some, limit) => {
          const shards = byKey(batch(some), limit, ['key']).map(shard => placesOf([...shard]))
          assert.deepEqual(
            shards.flat().sort((a, b) => a - b),
            [...some.keys()],
          )
          for (const shard of shards)
            assert.deepEqual(
              shard,
              [...shard].sort((a, b) => a - b),
            )
          const ways = new Map(shards.flatMap((shard, way) => shard.map(place => [place, way] as const)))
          for (const [place, key] of some.entries()) assert.equal(ways.get(place), ways.get(some.indexOf(key)))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('spreads keys over all connections', () => {
    const many = Array.from({ length: 400 }, (_, i) => `8849182c-82ad-4088-a07f-${i}`)
    const sizes = byKey(batch(many), 4, ['key']).map(({ length }) => length)
    assert.equal(sizes.length, 4)
    for (const size of sizes) assert.ok(size > 60 && size < 140, `${sizes}`)
  })
})
