import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { MessageReader } from '../../src/write/message.js'
import { echo } from '../../src/write/state-message.js'
import { jsonText } from '../json/arbitrary.js'

function echoed(line: string, recordCount: number): string {
  const message = new MessageReader().read(Buffer.from(line), 1)
  assert.equal(message?.type, 'STATE')
  return echo(message, recordCount)
}

const stream = '"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":{"c":12345678901234567890}}'

describe('giving a state back', () => {
  it('adds the count, with a decimal point, and leaves every other byte as it came', () => {
    assert.equal(
      echoed(`{"type":"STATE" , "state":{${stream},"id":7, "sourceStats":{"recordCount":2.0}, "é":1.10 },"x":null}`, 3),
      `{"type":"STATE" , "state":{${stream},"id":7, "sourceStats":{"recordCount":2.0}, "é":1.10 ,"destinationStats":{"recordCount":3.0}},"x":null}`,
    )
  })

  for (const stats of ['null', '{"recordCount":9.0,"rejectedRecordCount":1.0}']) {
    it(`replaces destinationStats of ${stats}`, () => {
      assert.equal(
        echoed(`{"state":{"destinationStats": ${stats},${stream}},"type":"STATE"}`, 0),
        `{"state":{"destinationStats": {"recordCount":0.0},${stream}},"type":"STATE"}`,
      )
    })
  }

  it('adds the count and nothing else to any state', () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), (value, count) => {
        const line = `{"type":"STATE","state":{"id":${value},${stream},"more":${value}},"more":${value}}`
        const expected = JSON.parse(line)
        expected.state.destinationStats = { recordCount: count }
        assert.deepEqual(JSON.parse(echoed(line, count)), expected)
      }),
    )
  })
})
