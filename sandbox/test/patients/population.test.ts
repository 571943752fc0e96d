import assert from 'node:assert/strict'
import { Population } from '../../src/patients/population.js'
import { templates } from '../../src/templates/catalogue.js'

const population = new Population({ seed: 42, compositions: 4000 })
const indices = [...Array(population.size).keys()]

const year = 365.25 * 24 * 3600 * 1_000_000
const microseconds = (iso: string): number => Date.parse(iso) * 1000

const count = (matching: (index: number) => boolean): number => indices.filter(matching).length

describe('a population', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const again = new Population({ seed: 42, compositions: 4000 })
    const other = new Population({ seed: 43, compositions: 4000 })
    const told = (p: Population): unknown[] =>
      [0, 1, 2, 3, 1999, 3999].map(i => [p.uidAt(i), p.committedAt(i), p.text(i), p.contributionAt(i)])
    // Read in another order than before: nothing may depend on what was asked first.
    assert.deepEqual(told(again), told(population))
    assert.notDeepEqual(told(other), told(population))
  })

  it('has uids that look random, are unique, and lead back to their composition', () => {
    const uids = indices.map(index => population.uidAt(index))
    assert.equal(new Set(uids).size, population.size)
    for (const uid of uids) assert.match(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.deepEqual(
      uids.map(uid => population.indexOf(uid)),
      indices,
    )
    assert.equal(population.indexOf('00000000-0000-4000-8000-000000000000'), undefined)
  })

  it('spreads its uids evenly, so that equal ranges are equal shares', () => {
    for (const half of ['0', '4', '8', 'c']) {
      const from = Number.parseInt(half, 16)
      const share = count(i => Math.floor(Number.parseInt(population.uidAt(i).charAt(0), 16) / 4) * 4 === from)
      assert.ok(share > 850 && share < 1150, `${share} of 4000 begin in the range of ${half}`)
    }
  })

  it('orders its compositions by uid, and by commit time and then uid', () => {
    assert.deepEqual(
      [...population.byUid].sort((a, b) => a - b),
      indices,
    )
    assert.deepEqual(
      [...population.byTime].sort((a, b) => a - b),
      indices,
    )
    const uids = [...population.byUid].map(index => population.uidAt(index))
    assert.deepEqual(uids, [...uids].sort())
    const times = [...population.byTime].map(index => [population.committedAt(index), population.uidAt(index)] as const)
    times.forEach(([time, uid], n) => {
      const [before, uidBefore] = times[n - 1] ?? [0, '']
      assert.ok(before < time || (before === time && uidBefore < uid))
    })
  })

  it('commits over three years, to the microsecond, before 2026', () => {
    const times = indices.map(index => population.committedAt(index))
    assert.ok(times.every(Number.isSafeInteger))
    assert.ok(Math.max(...times) < microseconds('2026-01-01T00:00:00Z'))
    assert.ok(Math.min(...times) > microseconds('2026-01-01T00:00:00Z') - 3 * year)
    assert.ok(times.some(time => time % 1000 !== 0))
  })

  it('works by day and rests by night', () => {
    const hour = (index: number): number => new Date(population.committedAt(index) / 1000).getUTCHours()
    assert.ok(count(index => hour(index) >= 8 && hour(index) < 16) > 4 * count(index => hour(index) < 4))
  })

  it('commits some compositions at one microsecond, in one contribution', () => {
    const together = indices.filter(i => population.contributionAt(i) === population.contributionAt(i + 1))
    assert.ok(together.length > 10)
    for (const i of together) assert.equal(population.committedAt(i), population.committedAt(i + 1))
    assert.equal(new Set(indices.map(i => population.contributionAt(i))).size, population.size - together.length)
  })

  it('files some compositions long after what they tell', () => {
    const start = (index: number): number =>
      microseconds(JSON.parse(population.text(index)).context?.start_time.value ?? '2026-01-01T00:00:00Z')
    const isLate = (index: number): boolean => population.committedAt(index) - start(index) > year / 365
    assert.ok(indices.slice(0, 1000).filter(isLate).length > 5)
  })

  it('puts each composition into one EHR, created before it, and one problem list into each', () => {
    assert.equal(population.ehrs, 100)
    const problemList = templates.findIndex(({ templateId }) => templateId === 'problem_list.v1')
    const seen: number[] = []
    for (let ehr = 0; ehr < population.ehrs; ehr++) {
      const own = [...population.compositionsOf(ehr)]
      seen.push(...own)
      assert.ok(own.every(i => population.ehrAt(i) === ehr && population.committedAt(i) > population.createdAt(ehr)))
      assert.equal(own.filter(i => population.templateAt(i) === problemList).length, 1)
      assert.equal(population.ehrIndexOf(population.ehrIdAt(ehr)), ehr)
      assert.equal(population.ehrOfStatus(population.ehrStatusUidAt(ehr)), ehr)
    }
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      indices,
    )
  })

  it('orders its EHRs by id, and by creation', () => {
    const ids = [...population.ehrsById].map(ehr => population.ehrIdAt(ehr))
    assert.deepEqual(ids, [...ids].sort())
    const times = [...population.ehrsByTime].map(ehr => population.createdAt(ehr))
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    )
    assert.equal(new Set(ids).size, population.ehrs)
  })

  it('knows some subjects by a number, and some not at all', () => {
    const statuses = [...population.ehrsById].map(ehr => JSON.parse(population.ehrStatusText(ehr)))
    const known = statuses.filter(({ subject }) => subject.external_ref !== undefined)
    assert.ok(known.length > 50 && known.length < 100)
    assert.equal(new Set(known.map(({ subject }) => subject.external_ref.id.value)).size, known.length)
    assert.equal(
      statuses[0].uid.value,
      `${population.ehrStatusUidAt(population.ehrsById[0] ?? 0)}::${population.systemId}::1`,
    )
  })

  it('holds a million compositions in less than 100 MB', () => {
    const before = process.memoryUsage()
    const million = new Population({ seed: 1, compositions: 1_000_000 })
    const after = process.memoryUsage()
    const megabytes = (after.arrayBuffers - before.arrayBuffers + after.heapUsed - before.heapUsed) / 2 ** 20
    assert.ok(megabytes < 100, `${megabytes} MB`)
    assert.equal(million.indexOf(million.uidAt(999_999)), 999_999)
  })
})
