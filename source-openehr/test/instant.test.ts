import assert from 'node:assert/strict'
import fc from 'fast-check'
import { formatInstant, parseInstant } from '../src/instant.js'

describe('a commit time', () => {
  it('is read whatever number of digits and offset the server writes', () => {
    const same = [
      '2025-03-01T10:00:00.31Z',
      '2025-03-01T10:00:00.310000Z',
      '2025-03-01T10:00:00.310000999Z',
      '2025-03-01T11:00:00,31+01:00',
      '2025-03-01T11:00:00.31+0100',
      '2025-03-01T05:30:00.31-04:30',
      '2025-03-01T10:00:00.31',
      '20250301T100000.31Z',
    ]
    assert.deepEqual(new Set(same.map(parseInstant)).size, 1)
    assert.equal(formatInstant(parseInstant('2025-03-01T11:00:00,31+01:00') ?? 0), '2025-03-01T10:00:00.310000Z')
  })

  it('sorts as a number where its text would not: "…31.09Z" comes before "…31.1Z" and after "…31.089999Z"', () => {
    const [low, middle, high] = ['T10:00:31.089999Z', 'T10:00:31.09Z', 'T10:00:31.1Z'].map(
      t => parseInstant(`2025-03-01${t}`) ?? 0,
    )
    assert.ok((low ?? 0) < (middle ?? 0) && (middle ?? 0) < (high ?? 0))
  })

  it('keeps every microsecond from text to text', () => {
    const micros = fc
      .integer({ min: -62135596800, max: 9_000_000_000 })
      .chain(s => fc.integer({ min: 0, max: 999_999 }).map(f => s * 1_000_000 + f))
    fc.assert(
      fc.property(
        micros,
        instant => Number.isSafeInteger(instant) === false || parseInstant(formatInstant(instant)) === instant,
      ),
    )
  })

  it('before 1970 keeps its fraction', () => {
    assert.equal(formatInstant(parseInstant('1969-12-31T23:59:59.25Z') ?? 0), '1969-12-31T23:59:59.250000Z')
  })

  it('is none when a part is missing or impossible', () => {
    for (const text of ['', '2025', '2025-03-01', '2025-13-01T00:00:00Z', '2025-03-01T25:00:00Z', 'yesterday'])
      assert.equal(parseInstant(text), undefined)
  })
})
