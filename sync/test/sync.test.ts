import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type LogEntry, SyncError } from '../src/index.js'
import { type Connection, connection, shape } from './connection.js'

describe('A sync', () => {
  let c: Connection
  beforeEach(() => {
    c = connection()
  })
  afterEach(() => c.remove())

  it('sends the destination records and states, and COMPLETE for every stream once the source has succeeded', async () => {
    const summary = await c.sync({
      streams: ['a', 'b'],
      steps: [
        { status: 'STARTED', stream: 'a' },
        { message: { type: 'LOG', log: { level: 'INFO', message: 'hello' } } },
        { records: 3, stream: 'a' },
        { status: 'RUNNING', stream: 'a' },
        { records: 2, stream: 'b' },
        { state: { upTo: 3 }, stream: 'a' },
        { state: { upTo: 2 }, stream: 'b' },
        { status: 'COMPLETE', stream: 'a' },
      ],
    })
    assert.deepEqual(shape(c.received()), ['RECORD × 5', 'STATE', 'STATE', 'COMPLETE', 'COMPLETE'])
    assert.deepEqual(c.kept(), { a: { upTo: 3 }, b: { upTo: 2 } })
    assert.equal(summary.exitCode, 0)
    assert.deepEqual(
      summary.streams.map(s => [s.name, s.status, s.records, s.sourceRecords, s.destinationRecords, s.states]),
      [
        ['a', 'complete', 3, 3, 3, 1],
        ['b', 'waiting', 2, 2, 2, 1],
      ],
    )
  })

  it('hands the source the states that the destination has returned, of the selected streams only', async () => {
    const steps = [
      { state: { upTo: 1 }, stream: 'a' },
      { state: { upTo: 2 }, stream: 'b' },
    ]
    await c.sync({ streams: ['a', 'b'], steps })
    await c.sync({ streams: ['a', 'b'], steps: [{ state: { upTo: 5 }, stream: 'a' }] }, {}, { streams: ['a'] })
    assert.deepEqual(c.sourceStates(), [
      { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: { upTo: 1 } } },
    ])
    assert.deepEqual(c.kept(), { b: { upTo: 2 }, a: { upTo: 5 } }, 'the deselected stream keeps its state')
  })

  it('keeps a GLOBAL state as it is', async () => {
    const global = {
      shared_state: { lsn: 7 },
      stream_states: [{ stream_descriptor: { name: 'a' }, stream_state: { upTo: 1 } }],
    }
    const state = { type: 'GLOBAL', global, sourceStats: { recordCount: 2 } }
    await c.sync({ steps: [{ records: 2, stream: 'a' }, { message: { type: 'STATE', state } }] })
    assert.deepEqual(c.kept(), { GLOBAL: global })
    await c.sync({ steps: [] })
    assert.deepEqual(c.sourceStates(), [{ type: 'GLOBAL', global }])
  })

  it('numbers the states and fills in the count that a source left out', async () => {
    const bare = { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: {} }, vendor: 'kept' }
    await c.sync({ steps: [{ records: 4, stream: 'a' }, { message: { type: 'STATE', state: bare } }] })
    const sent = c.received().find(message => message.type === 'STATE')
    assert.deepEqual(sent?.state, { ...bare, id: 1, sourceStats: { recordCount: 4 } })
  })

  it('forwards a record byte for byte, whatever its spelling', async () => {
    const lines = [
      '{"type":"RECORD","record":{"stream":"a","emitted_at":1,"data":{"n":12345678901234567890,"f":1.0}}}',
      '{"type": "RECORD", "record": {"stream": "a", "data": {"s": "caf\\u00e9 😀"}, "emitted_at": 1}}',
      '{"record":{"data":{"x":1},"emitted_at":1,"stream":"a"},"type":"RECORD"}',
    ]
    await c.sync({ steps: [{ raw: lines.join('\n') }] })
    assert.deepEqual(c.note<{ lines: string[] }>('destination').lines.slice(0, 3), lines)
  })

  it('carries a line of 20 MB', async () => {
    const summary = await c.sync(
      {
        steps: [
          { records: 2, stream: 'a', bytes: 20_000_000 },
          { state: {}, stream: 'a' },
        ],
      },
      { forgetful: true },
    )
    assert.equal(summary.outcome, 'succeeded')
    assert.equal(c.note<{ records: number }>('destination').records, 2)
  })

  it('lets a slow destination stop the source', async () => {
    const summary = await c.sync({ floodBytes: 40_000_000 }, { waitForBlocked: true, forgetful: true })
    assert.equal(summary.outcome, 'succeeded', summary.problems.join())
    const blockedAfter = c.note<number>('blocked')
    assert.ok(blockedAfter < 5000, `${blockedAfter} kB were printed while nobody read`)
  })

  it('shows what the connectors say, but nothing that looks like a record', async () => {
    const log: LogEntry[] = []
    await c.sync(
      {
        steps: [
          { message: { type: 'LOG', log: { level: 'WARN', message: 'slow' } } },
          { raw: 'a stray line\n' },
          { raw: '{"type":"RECORD","record":{"stream":"a","data":{"name":"Jane\n' },
          { state: {}, stream: 'a' },
        ],
      },
      {},
      { onLog: entry => log.push(entry) },
    )
    assert.deepEqual(
      log.map(({ level, message }) => `${level} ${message}`),
      ['WARN slow', 'INFO a stray line', 'WARN A line that is no message of the protocol was left out.'],
    )
  })

  it('does not begin when a check fails, and says why', async () => {
    await assert.rejects(c.sync({ steps: [] }, { refuse: 'The password is wrong.' }), (error: unknown) => {
      assert.ok(error instanceof SyncError)
      assert.equal(error.outcome, 'usage')
      assert.equal(error.message, 'The destination refuses its config: The password is wrong.')
      return true
    })
    assert.equal(existsSync(c.stateFile), false)
  })

  it('does not begin while another sync holds the state file', async () => {
    writeFileSync(`${c.stateFile}.lock`, '')
    await assert.rejects(c.sync({ steps: [] }), /Another sync holds this state file/)
  })

  it('takes over the lock of a process that is gone, and leaves no file behind but the state', async () => {
    // No process has this number: the kernel's highest is 2^22.
    writeFileSync(`${c.stateFile}.lock`, JSON.stringify({ host: hostname(), pid: 2 ** 30 }))
    await c.sync({ steps: [{ state: {}, stream: 'a' }] })
    assert.deepEqual(
      readdirSync(c.folder).filter(name => name.startsWith('state.json') || name.startsWith('.')),
      ['state.json'],
    )
  })
})
