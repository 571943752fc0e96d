import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { formatInstant, parseInstant } from '../src/instant.js'

const second = 1_000_000

describe('an instant', () => {
  it('is written in UTC with the digits it needs, as EHRbase does', () => {
    const noon = Date.UTC(2026, 10, 21, 12) * 1000
    assert.equal(formatInstant(noon), '2026-11-21T12:00:00Z')
    assert.equal(formatInstant(noon + 100_000), '2026-11-21T12:00:00.1Z')
    assert.equal(formatInstant(noon + 1), '2026-11-21T12:00:00.000001Z')
    assert.equal(formatInstant(-1), '1969-12-31T23:59:59.999999Z')
  })

  it('is read back as it was written', () => {
    const instants = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 })
    fc.assert(
      fc.property(instants, fc.nat(second - 1), (seconds, micros) => {
        const instant = seconds * second + micros
        assert.equal(parseInstant(formatInstant(instant)), instant)
      }),
    )
  })

  it('is read from dates, offsets and digits beyond the microsecond', () => {
    assert.equal(parseInstant('1970-01-02'), 86_400 * second)
    assert.equal(parseInstant('1970-01-01T00:00:01'), second)
    assert.equal(parseInstant('1970-01-01T02:00:01+02:00'), second)
    assert.equal(parseInstant('1969-12-31T22:30:01-0130'), second)
    assert.equal(parseInstant('1970-01-01T00:00:00.1234567Z'), 123_457)
  })

  it('is not what looks like one', () => {
    for (const text of ['abc', '2020-01', '2021-02-29', '2020-13-01', '2020-01-01T24:30:00Z', '2020-01-01 00:00:00']) {
      assert.equal(parseInstant(text), undefined, text)
    }
  })
})
