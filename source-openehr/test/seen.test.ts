import assert from 'node:assert/strict'
import { Room, Seen } from '../src/scan/seen.js'

const SECOND = 1_000_000
const uid = (n: number): string => `${n.toString().padStart(8, '0')}-0000-4000-8000-000000000000::here::1`

describe('the versions already emitted', () => {
  it('are known again after a state was saved and read', () => {
    const seen = new Seen(new Room(10))
    seen.add(uid(1), 5 * SECOND)
    seen.add(uid(2), 5 * SECOND + 1)
    seen.add(uid(3), 9 * SECOND)
    const again = Seen.fromState(JSON.parse(JSON.stringify(seen.toState())), new Room(10))
    assert.deepEqual(
      [1, 2, 3, 4].map(n => again.has(uid(n), (n < 3 ? 5 : 9) * SECOND)),
      [true, true, true, false],
    )
  })

  it('are told apart however alike their uids are', () => {
    const seen = new Seen(new Room(300_000))
    for (let n = 0; n < 200_000; n++) seen.add(`00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}::s::1`, 0)
    assert.equal(seen.size, 200_000)
  })

  it('are told apart by their version: an update of a known composition is new', () => {
    const seen = new Seen(new Room(10))
    seen.add('a::here::1', SECOND)
    assert.equal(seen.has('a::here::2', SECOND), false)
  })

  it('before the window are forgotten without loss', () => {
    const seen = new Seen(new Room(10))
    seen.add(uid(1), 5 * SECOND)
    seen.add(uid(2), 9 * SECOND)
    seen.prune(9 * SECOND)
    assert.deepEqual([seen.has(uid(1), 5 * SECOND), seen.has(uid(2), 9 * SECOND)], [false, true])
    assert.equal(seen.forgottenThrough, Number.NEGATIVE_INFINITY)
  })

  it('beyond the capacity do not go into the state, from the oldest second on, and it is remembered which that was', () => {
    const seen = new Seen(new Room(2))
    for (let n = 1; n <= 4; n++) seen.add(uid(n), n * SECOND)
    const again = Seen.fromState(seen.toState(), new Room(2))
    assert.deepEqual(
      [1, 2, 3, 4].map(n => again.has(uid(n), n * SECOND)),
      [false, false, true, true],
    )
    assert.deepEqual(
      [1, 2, 3, 4].map(n => seen.has(uid(n), n * SECOND)),
      [true, true, true, true],
    )
    assert.equal(seen.forgottenThrough, 2)
  })

  it('beyond five times the capacity are forgotten in memory too', () => {
    const seen = new Seen(new Room(2))
    for (let n = 1; n <= 13; n++) seen.add(uid(n), n * SECOND)
    assert.equal(seen.crowded, true)
    seen.prune(0)
    assert.deepEqual(
      [3, 4].map(n => seen.has(uid(n), n * SECOND)),
      [false, true],
    )
    assert.equal(seen.forgottenThrough, 3)
  })

  it('of several streams share one room, so that a busy stream may remember what the others do not need', () => {
    const room = new Room(6)
    const [busy, quiet] = [new Seen(room), new Seen(room)]
    for (let n = 1; n <= 5; n++) busy.add(uid(n), n * SECOND)
    quiet.add(uid(5), 5 * SECOND)
    assert.deepEqual(
      [busy, quiet].map(seen => seen.toState().counts.length),
      [5, 1],
    )
    busy.add(uid(6), 6 * SECOND)
    // One too many: the oldest second goes, in whichever stream it is.
    assert.deepEqual(
      [busy, quiet].map(seen => seen.toState().counts.length),
      [5, 1],
    )
    assert.equal(busy.forgottenThrough, 1)
  })

  it('take eleven bytes each in a state', () => {
    const seen = new Seen(new Room(1000))
    for (let n = 0; n < 1000; n++) seen.add(uid(n), n * 1000)
    assert.ok(JSON.stringify(seen.toState()).length < 11_000)
  })
})
