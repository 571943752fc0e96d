import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { StateQueue } from '../../src/write/states.js'

/** A stream of which `durable` of `received` records are where they need to be. */
class Stream {
  failed = false
  constructor(
    public received: number,
    public durable = 0,
  ) {}
  settled(count: number): boolean {
    return this.durable >= count
  }
}

function queue() {
  const sent: string[] = []
  const states = new StateQueue(async line => {
    sent.push(line)
  })
  return { states, sent }
}

describe('states that wait', () => {
  it('are not overtaken by a later state of a stream they cover, though that could go back by itself', async () => {
    const { states, sent } = queue()
    const slow = new Stream(1)
    const quick = new Stream(1, 1)
    states.push('of both', [slow, quick])
    states.push('of the quick one', [quick])
    await states.release()
    assert.deepEqual(sent, [])
    slow.durable = 1
    await states.release()
    assert.deepEqual(sent, ['of both', 'of the quick one'])
  })

  it('wait for the records that had come before them, and for no later ones', async () => {
    const { states, sent } = queue()
    const stream = new Stream(1)
    states.push('1', [stream])
    stream.received = 2
    states.push('2', [stream])
    stream.durable = 1
    await states.release()
    assert.deepEqual(sent, ['1'])
  })

  it('are dropped when one of their streams has failed, and then hold no other back', async () => {
    const { states, sent } = queue()
    const failed = new Stream(1)
    const sound = new Stream(1, 1)
    states.push('of both', [failed, sound])
    states.push('of the sound one', [sound])
    failed.failed = true
    await states.release()
    assert.deepEqual(sent, ['of the sound one'])
  })

  it('are sent one at a time', async () => {
    const underWay: (() => void)[] = []
    const states = new StateQueue(() => new Promise(resolve => underWay.push(resolve)))
    states.push('1', [])
    states.push('2', [])
    const done = states.release()
    await Promise.resolve()
    assert.equal(underWay.length, 1)
    underWay[0]?.()
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(underWay.length, 2)
    underWay[1]?.()
    await done
  })
})
