import assert from 'node:assert/strict'
import { type Connection, connection, shape } from './connection.js'

describe('When something goes wrong during a sync', () => {
  let c: Connection
  beforeEach(() => {
    c = connection()
  })
  afterEach(() => c.remove())

  it('a source that crashes keeps the states that came back, and the destination hears no COMPLETE', async () => {
    const summary = await c.sync({
      steps: [
        { records: 10, stream: 'a' },
        { state: { upTo: 10 }, stream: 'a' },
        { records: 5, stream: 'a' },
        { exit: 7 },
      ],
    })
    assert.equal(summary.outcome, 'source_failed')
    assert.equal(summary.exitCode, 1)
    assert.deepEqual(summary.problems, ['The source ended with exit code 7.'])
    assert.deepEqual(c.kept(), { a: { upTo: 10 } })
    assert.deepEqual(shape(c.received()), ['RECORD × 10', 'STATE', 'RECORD × 5'])
  })

  it('a source that is killed in the middle of a line leaves the destination whole lines', async () => {
    const summary = await c.sync({
      steps: [{ records: 2, stream: 'a' }, { raw: '{"type":"RECORD","record":{"stream":"a","da' }, { kill: 'SIGKILL' }],
    })
    assert.deepEqual(summary.source, { code: null, signal: 'SIGKILL' })
    assert.deepEqual(summary.destination, { code: 0, signal: null })
    assert.deepEqual(shape(c.received()), ['RECORD × 2'])
  })

  it('a source that fails one stream and ends with 0 has still failed', async () => {
    const summary = await c.sync({ steps: [{ status: 'INCOMPLETE', stream: 'a' }] })
    assert.equal(summary.outcome, 'source_failed')
    assert.deepEqual(shape(c.received()), [])
  })

  it('a record of a stream that nobody asked for fails the source', async () => {
    const summary = await c.sync({ steps: [{ records: 1, stream: 'stranger' }, { wait: true }] })
    assert.deepEqual(summary.problems, [
      'The source broke the protocol. It sent a record of the stream "stranger", which is not in the catalog.',
    ])
  })

  it('a LEGACY state fails the source', async () => {
    const state = { type: 'LEGACY', data: { upTo: 1 } }
    const summary = await c.sync({ steps: [{ message: { type: 'STATE', state } }] })
    assert.deepEqual(summary.problems, ['The source broke the protocol. It sent a state of the LEGACY type.'])
  })

  it('a destination that crashes ends the source, and the states before it are kept', async () => {
    const summary = await c.sync(
      {
        steps: [
          { records: 10, stream: 'a' },
          { state: { upTo: 10 }, stream: 'a' },
          { records: 1_000_000, stream: 'a' },
          { wait: true },
        ],
      },
      { killAfter: 1000 },
    )
    assert.equal(summary.outcome, 'destination_failed')
    assert.equal(summary.exitCode, 2)
    assert.deepEqual(summary.problems, ['The destination ended with SIGKILL.'])
    assert.deepEqual(c.kept(), { a: { upTo: 10 } })
    assert.ok(summary.records < 1_000_000)
  })

  it('a destination that crashes ends a source that has nothing to print', async () => {
    const summary = await c.sync({ steps: [{ records: 1, stream: 'a' }, { wait: true }] }, { killAfter: 1 })
    assert.equal(summary.outcome, 'destination_failed')
    assert.equal(summary.source.signal, 'SIGTERM')
  })

  it('a destination that fails after the last state has failed, and its states are kept', async () => {
    const summary = await c.sync(
      {
        steps: [
          { records: 1, stream: 'a' },
          { state: { upTo: 1 }, stream: 'a' },
        ],
      },
      { exit: 1 },
    )
    assert.equal(summary.outcome, 'destination_failed')
    assert.deepEqual(c.kept(), { a: { upTo: 1 } })
  })

  it('a source whose counts are wrong: exit code 3, no COMPLETE, and its state is not kept', async () => {
    const summary = await c.sync({
      steps: [
        { records: 3, stream: 'a' },
        { state: { upTo: 4 }, stream: 'a', recordCount: 4 },
        { state: { upTo: 5 }, stream: 'a' },
      ],
    })
    assert.equal(summary.exitCode, 3)
    assert.deepEqual(summary.problems, ['a: the source counted 4 records before a state, 3 arrived.'])
    assert.deepEqual(shape(c.received()), ['RECORD × 3', 'STATE', 'STATE'])
    assert.deepEqual(c.kept(), {})
  })

  it('a destination whose counts are wrong: exit code 3, and the state is not kept', async () => {
    const summary = await c.sync(
      {
        steps: [
          { records: 3, stream: 'a' },
          { state: { upTo: 3 }, stream: 'a' },
        ],
      },
      { lose: 1 },
    )
    assert.equal(summary.exitCode, 3)
    assert.deepEqual(summary.problems, ['a: 3 records went to the destination before a state, it counted 2.'])
    assert.deepEqual(c.kept(), {})
  })

  it('a destination that does not return a state: exit code 3', async () => {
    const summary = await c.sync(
      {
        steps: [
          { records: 1, stream: 'a' },
          { state: {}, stream: 'a' },
        ],
      },
      { keepStates: true },
    )
    assert.deepEqual(summary.problems, ['a: the destination did not return 1 of the states.'])
    assert.equal(summary.exitCode, 3)
  })

  it('records behind the last state: exit code 3, for nobody vouches for them', async () => {
    const summary = await c.sync({
      steps: [
        { state: {}, stream: 'a' },
        { records: 2, stream: 'a' },
      ],
    })
    assert.deepEqual(summary.problems, ['a: the source sent 2 records behind its last state.'])
  })

  it('when it is stopped the source ends first, and what the destination returns then is kept', async () => {
    const stop = new AbortController()
    const summary = await c.sync(
      {
        steps: [
          { records: 5, stream: 'a' },
          { state: { upTo: 5 }, stream: 'a' },
          { records: 1, stream: 'a' },
          { wait: true },
        ],
      },
      {},
      {
        signal: stop.signal,
        onProgress: ({ streams }) => {
          if (streams[0]?.records === 6) stop.abort()
        },
      },
    )
    assert.equal(summary.outcome, 'cancelled')
    assert.equal(summary.source.signal, 'SIGTERM')
    assert.deepEqual(summary.destination, { code: 0, signal: null })
    assert.deepEqual(shape(c.received()), ['RECORD × 5', 'STATE', 'RECORD × 1'])
    assert.deepEqual(c.kept(), { a: { upTo: 5 } })
  })
})
