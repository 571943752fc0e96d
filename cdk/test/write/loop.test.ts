import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { StreamFailures, TransientError } from '../../src/index.js'
import { chunked, configured, globalState, record, Sync, state, status } from './fixtures.js'

const twoRows = { batchRows: 2 }

describe('what a writer is given', () => {
  it('is every record of its stream, in order, byte for byte', async () => {
    const sync = new Sync('a', 'b')
    const done = sync.run()
    const change = { field: 'f', change: 'TRUNCATED', reason: 'SOURCE_FIELD_SIZE_LIMITATION' }
    await sync.feed('{"type":"RECORD","record":{"stream":"a","emitted_at":1700000000000,"data":{"n": 1.10 }}}')
    await sync.feed(record('b', 2), record('a', 3, { meta: { changes: [change] } }), '', '{"type":"LOG"}')
    await sync.end()
    await done
    assert.deepEqual(
      sync.table('a').records.map(({ data, emittedAt, changes }) => [data.toString(), emittedAt, changes]),
      [
        ['{"n": 1.10 }', 1_700_000_000_000, []],
        ['{"n":3}', 1_700_000_000_000, [change]],
      ],
    )
    assert.deepEqual(sync.table('b').batches, [['2']])
  })

  it('is a batch as soon as it has its rows', async () => {
    const sync = new Sync('a')
    const done = sync.run(twoRows)
    await sync.feed(record('a', 1), record('a', 2), record('a', 3))
    assert.deepEqual(sync.table('a').batches, [['1', '2']])
    await sync.end()
    await done
    assert.deepEqual(sync.table('a').batches, [['1', '2'], ['3']])
  })

  it('is a batch as soon as it has its bytes', async () => {
    const sync = new Sync('a')
    const done = sync.run({ batchBytes: 1000 })
    await sync.feed(record('a', 1, { data: { n: 1, text: 'x'.repeat(1000) } }), record('a', 2))
    assert.deepEqual(sync.table('a').batches, [['1']])
    await sync.end()
    await done
  })

  it('is a batch as soon as its first record is old enough, though nothing more comes', async () => {
    const sync = new Sync('a')
    const done = sync.run({ batchAge: 100 })
    await sync.feed(record('a', 1), state('a', 1))
    sync.clock.pass(99)
    await sync.feed(record('a', 2))
    assert.deepEqual(sync.table('a').batches, [])
    sync.clock.pass(1)
    await sync.turn()
    assert.deepEqual(sync.table('a').batches, [['1', '2']])
    assert.deepEqual(sync.states, [[1, 1]])
    await sync.end()
    await done
    assert.equal(sync.clock.running, 0)
  })

  it('waits for its age behind a write that takes longer', async () => {
    const sync = new Sync('a')
    const a = sync.table('a')
    a.held = true
    const done = sync.run({ batchAge: 100 })
    await sync.feed(record('a', 1))
    sync.clock.pass(100)
    await sync.feed(record('a', 2))
    sync.clock.pass(100)
    await sync.turn()
    assert.deepEqual(a.batches, [['1']])
    a.let()
    await sync.turn()
    assert.deepEqual(a.batches, [['1'], ['2']])
    a.let()
    await sync.end()
    await done
  })

  it('is the same batches however the input is cut', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => [
      record(n % 3 ? 'a' : 'b', n),
      n % 7 ? '' : state('a', n),
    ]).flat()
    const bytes = Buffer.from(lines.join('\r\n'))
    const run = async (chunks: readonly Buffer[]) => {
      const sync = new Sync('a', 'b')
      await sync.run(
        { batchRows: 5 },
        (async function* () {
          yield* chunks
        })(),
      )
      return [sync.table('a').batches, sync.table('b').batches, sync.emitted]
    }
    const expected = await run([bytes])
    assert.equal(expected[0]?.length, 6)
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 1, max: 200 })), async sizes => {
        assert.deepEqual(await run(chunked(bytes, sizes)), expected)
      }),
      { numRuns: 50 },
    )
  })
})

describe('while a batch is written', () => {
  it('gathers the next one, and no more', async () => {
    const sync = new Sync('a')
    const a = sync.table('a')
    a.held = true
    const done = sync.run(twoRows)
    await sync.feed(...[1, 2, 3, 4, 5, 6].map(n => record('a', n)))
    assert.deepEqual(a.batches, [['1', '2']])
    assert.equal(sync.taken, 4)
    a.let()
    await sync.turn()
    assert.deepEqual(a.batches, [
      ['1', '2'],
      ['3', '4'],
    ])
    assert.equal(sync.taken, 6)
    a.held = false
    a.let()
    await sync.end()
    await done
    assert.deepEqual(a.batches.flat(), ['1', '2', '3', '4', '5', '6'])
  })

  it('writes other streams too', async () => {
    const sync = new Sync('a', 'b')
    sync.table('a').held = true
    const done = sync.run(twoRows)
    await sync.feed(record('a', 1), record('a', 2), record('b', 3), record('b', 4))
    assert.deepEqual(sync.table('b').batches, [['3', '4']])
    sync.table('a').let()
    await sync.end()
    await done
  })

  it('holds back the source when all streams together reach the budget, and starts with the largest', async () => {
    const sync = new Sync('a', 'b')
    const { a, b } = { a: sync.table('a'), b: sync.table('b') }
    a.held = true
    b.held = true
    const large = (stream: string, n: number) => record(stream, n, { data: { n, text: 'x'.repeat(1000) } })
    const done = sync.run({ budgetBytes: 6000 })
    await sync.feed(large('b', 1), large('a', 2), large('a', 3), large('a', 4))
    assert.deepEqual([a.batches, b.batches], [[], []])
    await sync.feed(large('b', 5), large('a', 6), large('a', 7))
    assert.deepEqual([a.batches, b.batches], [[['2', '3', '4']], []])
    assert.equal(sync.taken, 5)
    a.let()
    await sync.turn()
    assert.equal(sync.taken, 7)
    a.held = false
    b.held = false
    await sync.end()
    await done
    assert.deepEqual(
      [a.batches, b.batches],
      [
        [
          ['2', '3', '4'],
          ['6', '7'],
        ],
        [['1', '5']],
      ],
    )
  })

  it('takes a record that is larger than the budget', async () => {
    const sync = new Sync('a')
    const done = sync.run({ budgetBytes: 100 })
    await sync.feed(record('a', 1), record('a', 2))
    await sync.end()
    await done
    assert.deepEqual(sync.table('a').batches, [['1'], ['2']])
  })
})

describe('a state', () => {
  it('overtakes no record of its stream', async () => {
    const sync = new Sync('a')
    const a = sync.table('a')
    a.held = true
    const done = sync.run(twoRows)
    await sync.feed(state('a', 0), record('a', 1), state('a', 1), record('a', 2), state('a', 2), record('a', 3))
    assert.deepEqual(sync.states, [[0, 0]])
    a.let()
    await sync.turn()
    assert.deepEqual(sync.states, [
      [0, 0],
      [1, 1],
      [2, 1],
    ])
    a.held = false
    await sync.end()
    await done
  })

  it('does not wait for other streams', async () => {
    const sync = new Sync('a', 'b')
    sync.table('a').held = true
    const done = sync.run(twoRows)
    await sync.feed(record('a', 1), record('a', 2), state('a', 2), record('b', 3), record('b', 4), state('b', 4))
    assert.deepEqual(sync.states, [[4, 2]])
    sync.table('a').let()
    await sync.end()
    await done
    assert.deepEqual(sync.states, [
      [4, 2],
      [2, 2],
    ])
  })

  it('goes back at the end of the input at the latest, with those before it in their order', async () => {
    const sync = new Sync('a')
    const done = sync.run()
    await sync.feed(record('a', 1), state('a', 1), state('a', 'again'), record('a', 2), record('a', 3), state('a', 3))
    assert.deepEqual(sync.states, [])
    await sync.end()
    await done
    assert.deepEqual(sync.states, [
      [1, 1],
      ['again', 0],
      [3, 2],
    ])
  })

  it('waits for all streams when it is GLOBAL, and counts their records together', async () => {
    const sync = new Sync('a', 'b', 'c')
    sync.table('a').held = true
    const done = sync.run(twoRows)
    await sync.feed(
      record('a', 1),
      record('a', 2),
      record('b', 3),
      globalState({ a: 2 }),
      record('b', 4),
      record('b', 5),
    )
    assert.deepEqual(sync.table('b').batches, [['3', '4']])
    assert.deepEqual(sync.states, [])
    sync.table('a').let()
    await sync.turn()
    assert.deepEqual(sync.states, [['GLOBAL', 3]])
    await sync.feed(globalState({ a: 2 }))
    await sync.end()
    await done
    assert.deepEqual(sync.states, [
      ['GLOBAL', 3],
      ['GLOBAL', 2],
    ])
  })

  it('goes back byte for byte but for the count', async () => {
    const sync = new Sync('a')
    const done = sync.run()
    const line =
      '{"type":"STATE","state":{"type":"STREAM","id":12,"stream":{"stream_descriptor":{"name":"a"},"stream_state":{"c":12345678901234567890}}}}'
    await sync.feed(record('a', 1), line)
    await sync.end()
    await done
    assert.deepEqual(sync.emitted, [line.replace(/\}\}$/, ',"destinationStats":{"recordCount":1.0}}}')])
  })

  it('is held until the rows are in place, where the writer asks for it', async () => {
    const sync = new Sync('a', 'b')
    sync.table('a').settles = 'finish'
    const done = sync.run({ batchRows: 1 })
    await sync.feed(state('a', 0), record('a', 1), state('a', 1), record('b', 2), state('b', 2))
    assert.deepEqual(sync.states, [[2, 1]])
    await sync.end()
    await done
    assert.deepEqual(sync.states, [
      [2, 1],
      [0, 0],
      [1, 1],
    ])
  })

  it('never goes back where the rows were kept aside', async () => {
    const sync = new Sync('a')
    Object.assign(sync.table('a'), { settles: 'finish', keepsAside: true })
    const done = sync.run({ batchRows: 1 })
    await sync.feed(state('a', 0), record('a', 1))
    await sync.end()
    await done
    assert.deepEqual(sync.states, [])
  })

  it('ends the sync when nobody takes it', async () => {
    const sync = new Sync('a')
    const failure = new Error('stdout is closed')
    const done = sync.run()
    sync.emitted.push = () => {
      throw failure
    }
    await sync.feed(record('a', 1), state('a', 1))
    await sync.end()
    await assert.rejects(done, failure)
  })
})

describe('a stream that cannot be written', () => {
  const failure = new TransientError('The disk is full.')

  it('gets no state acknowledged after the failure; the others are finished, and then the sync fails', async () => {
    const sync = new Sync('a', 'b')
    const a = sync.table('a')
    const done = sync.run({ batchRows: 1 })
    const rejected = assert.rejects(done, (error: unknown) => {
      assert.ok(error instanceof StreamFailures)
      assert.equal(error.message, 'These streams could not be written: a.')
      assert.deepEqual(error.failures, [{ stream: configured('a').stream, cause: failure }])
      return true
    })
    await sync.feed(record('a', 1), state('a', 1))
    a.failure = failure
    await sync.feed(record('a', 2), state('a', 2), record('b', 3), state('b', 3), record('a', 4), state('a', 4))
    await sync.end()
    await rejected
    assert.deepEqual(sync.states, [
      [1, 1],
      [3, 1],
    ])
    assert.deepEqual([a.batches, a.finished, sync.table('b').finished], [[['1'], ['2']], undefined, true])
    assert.deepEqual(sync.logged, ['ERROR The stream a is given up. The disk is full.'])
  })

  it('holds every GLOBAL state back from then on', async () => {
    const sync = new Sync('a', 'b')
    sync.table('a').failure = failure
    const rejected = assert.rejects(sync.run(), StreamFailures)
    await sync.feed(record('a', 1), record('b', 2), globalState({ a: 1 }))
    await sync.end()
    await rejected
    assert.deepEqual(sync.states, [])
    assert.deepEqual(sync.table('b').batches, [['2']])
  })

  it('may fail while it finishes, and its held states stay', async () => {
    const sync = new Sync('a')
    sync.table('a').settles = 'finish'
    const rejected = assert.rejects(sync.run(), StreamFailures)
    await sync.feed(state('a', 1))
    sync.table('a').failure = failure
    await sync.end()
    await rejected
    assert.deepEqual(sync.states, [])
  })

  it('may fail before the first record, when its writer cannot be had', async () => {
    const sync = new Sync('a', 'b')
    const done = sync.runInto({
      writer: async ({ stream: { name } }) => {
        if (name === 'a') throw failure
        return sync.table(name)
      },
      close: async () => {},
    })
    const rejected = assert.rejects(done, (error: StreamFailures) => {
      assert.deepEqual(error.failures, [{ stream: configured('a').stream, cause: failure }])
      return true
    })
    await sync.feed(state('a', 0), record('a', 1), record('b', 2), state('b', 2))
    await sync.end()
    await rejected
    assert.deepEqual(sync.states, [[2, 1]])
  })

  it('ends the reading when it was the last one', async () => {
    const sync = new Sync('a')
    sync.table('a').failure = failure
    const rejected = assert.rejects(sync.run({ batchRows: 1 }), StreamFailures)
    await sync.feed(record('a', 1), record('a', 2), record('a', 3), record('a', 4))
    await rejected
    assert.ok(sync.taken < 4)
  })
})

describe('input that cannot be read', () => {
  for (const [title, line, message] of [
    ['a broken line', '{"type":"RECORD"', 'Line 3 of the input is broken: not valid JSON at byte 16.'],
    ['a record of an unknown stream', record('x', 2), 'The stream x is not in the configured catalog.'],
    ['a state of an unknown stream', state('x', 2), 'The stream x is not in the configured catalog.'],
  ] as const) {
    it(`ends the sync at ${title}, once what came before is written and its states are back`, async () => {
      const sync = new Sync('a')
      const rejected = assert.rejects(sync.run(), { name: 'Error', message })
      await sync.feed(record('a', 1), state('a', 1), line, record('a', 3))
      await rejected
      assert.deepEqual(sync.table('a').batches, [['1']])
      assert.deepEqual(sync.states, [[1, 1]])
      assert.equal(sync.table('a').finished, false)
    })
  }

  it('is worth another try when it ends within a line', async () => {
    const sync = new Sync('a')
    const input = async function* () {
      yield Buffer.from(`${record('a', 1)}\n${record('a', 2).slice(0, -5)}`)
    }
    await assert.rejects(sync.run({}, input()), {
      name: 'TransientError',
      message: 'The input ends within line 2: the source did not finish.',
    })
    assert.deepEqual(sync.table('a').batches, [['1']])
  })

  it('tells streams of two namespaces apart', async () => {
    const sync = new Sync('a')
    const rejected = assert.rejects(sync.run(), { message: 'The stream a is not in the configured catalog.' })
    await sync.feed(record('a', 1, { namespace: 'other' }))
    await rejected
  })
})

describe('at the end of the input', () => {
  const refreshed = (name: string) => configured(name, { generation_id: 2, minimum_generation_id: 2, sync_id: 3 })

  it('a stream is complete that the platform says is complete', async () => {
    const sync = new Sync(refreshed('a'), refreshed('b'))
    const done = sync.run()
    await sync.feed(record('a', 1), status('a', 'STARTED'), status('b', 'COMPLETE'), status('a', 'COMPLETE'))
    await sync.feed(status('x', 'COMPLETE'))
    await sync.end()
    await done
    assert.deepEqual([sync.table('a').finished, sync.table('b').finished], [true, true])
  })

  it('streams of a platform that knows refreshes are not complete without its word, and the sync is worth another try', async () => {
    const sync = new Sync(refreshed('a'), refreshed('b'), refreshed('c'))
    const rejected = assert.rejects(sync.run(), {
      name: 'TransientError',
      message:
        'The source did not finish these streams: b, c. What they replace was left as it was; the next attempt goes on from the last state.',
    })
    await sync.feed(
      status('a', 'COMPLETE'),
      record('b', 1),
      state('b', 1),
      status('c', 'INCOMPLETE'),
      status('c', 'COMPLETE'),
    )
    await sync.end()
    await rejected
    assert.deepEqual(
      ['a', 'b', 'c'].map(name => sync.table(name).finished),
      [true, false, false],
    )
    assert.deepEqual(sync.states, [[1, 1]])
  })

  it('a stream of an older platform is complete with a state behind its last record', async () => {
    const sync = new Sync('a', 'b', 'c')
    const done = sync.run()
    await sync.feed(record('a', 1), state('a', 1), record('b', 2), state('b', 2), record('b', 3))
    await sync.end()
    await done
    assert.deepEqual(
      ['a', 'b', 'c'].map(name => sync.table(name).finished),
      [true, false, false],
    )
  })

  it('a GLOBAL state counts as the state of each stream, and what it says of one as said by that stream', async () => {
    const resumable = (name: string) => ({
      ...configured(name, { sync_mode: 'full_refresh' }),
      stream: { ...configured(name).stream, is_resumable: true },
    })
    const sync = new Sync('a', resumable('b'), resumable('c'))
    const done = sync.run()
    await sync.feed(record('a', 1), globalState({ b: { __ab_full_refresh_sync_complete: true } }))
    await sync.end()
    await done
    assert.deepEqual(
      ['a', 'b', 'c'].map(name => sync.table(name).finished),
      [true, true, false],
    )
  })

  it('rows that are kept aside are a warning, which names the stream', async () => {
    const sync = new Sync('a')
    sync.table('a').keepsAside = true
    const done = sync.run()
    await sync.feed(record('a', 1))
    await sync.end()
    await done
    assert.deepEqual(sync.logged, [
      'WARN The rows of the stream a are kept aside, because there is no sign that the source has read all of it.',
    ])
  })
})

describe('a sync that is told to stop', () => {
  it('writes what has come, gives its states back, and replaces nothing', async () => {
    const sync = new Sync('a')
    const done = sync.run()
    await sync.feed(record('a', 1), state('a', 1), status('a', 'COMPLETE'))
    sync.stop.abort()
    await done
    assert.deepEqual(sync.table('a').batches, [['1']])
    assert.deepEqual(sync.states, [[1, 1]])
    assert.equal(sync.table('a').finished, false)
    assert.equal(sync.clock.running, 0)
  })

  it('has no complaint about streams that did not come to their end', async () => {
    const sync = new Sync(configured('a', { generation_id: 1, minimum_generation_id: 1 }))
    const done = sync.run()
    await sync.feed(record('a', 1))
    sync.stop.abort()
    await done
    assert.equal(sync.table('a').finished, false)
  })

  it('takes no more, though a write holds back the reading', async () => {
    const sync = new Sync('a')
    const a = sync.table('a')
    a.held = true
    const done = sync.run({ batchRows: 1 })
    await sync.feed(record('a', 1), record('a', 2), record('a', 3), record('a', 4))
    assert.equal(sync.taken, 2)
    sync.stop.abort()
    a.held = false
    a.let()
    await done
    assert.deepEqual(a.batches, [['1'], ['2']])
  })

  it('gives a write up when its time is over', async () => {
    const sync = new Sync('a')
    sync.table('a').held = true
    const rejected = assert.rejects(sync.run({ graceMs: 100 }), StreamFailures)
    await sync.feed(record('a', 1), state('a', 1))
    sync.stop.abort()
    await sync.turn()
    sync.clock.pass(100)
    await rejected
    assert.deepEqual(sync.states, [])
  })
})
