import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { type Message, MessageReader } from '../../src/write/message.js'
import { streamKey } from '../../src/write/stream-key.js'
import { jsonText } from '../json/arbitrary.js'

const read = (line: string): Message | undefined => new MessageReader().read(Buffer.from(line), 7)

function readRecord(line: string) {
  const message = read(line)
  assert.equal(message?.type, 'RECORD')
  const { stream, emittedAt, changes, dataStart, dataEnd } = message
  return { stream, emittedAt, changes, data: message.line.toString('utf8', dataStart, dataEnd) }
}

describe('reading a RECORD', () => {
  it('finds the data byte for byte, in whatever order the keys come', () => {
    const data = '{"n": 12345678901234567890.10, "é":"\\u0000"}'
    const expected = { stream: streamKey('s', undefined), emittedAt: 1700000000123, changes: [], data }
    const lines = [
      `{"type":"RECORD","record":{"stream":"s","data":${data},"emitted_at":1700000000123}}`,
      `{"record":{"emitted_at":1700000000123,"data":${data},"stream":"s"},"type":"RECORD"}`,
      ` { "x" : [1,{"type":"STATE"}] , "record" : { "namespace" : null, "stream" : "s" , "emitted_at" : 1700000000123 , "y":{"data":{}} , "data" : ${data} } , "type" : "RECORD" } \r`,
      `{"type":"RECORD","state":null,"record":{"stream":"s","data":${data},"emitted_at":1700000000123,"meta":null}}`,
      `{"\\u0074ype":"RECOR\\u0044","record":{"stream":"\\u0073","d\\u0061ta":${data},"emitted_at":1700000000123}}`,
    ]
    for (const line of lines) assert.deepEqual(readRecord(line), expected)
  })

  it('is not fooled by data that looks like the rest of the envelope', () => {
    const data = '{"text":"\\"},\\"emitted_at\\":5}}","record":{"data":{}},"emitted_at":6,"stream":"t","type":"STATE"}'
    const line = `{"type":"RECORD","record":{"stream":"s","data":${data},"emitted_at":1700000000123}}`
    assert.deepEqual(readRecord(line), {
      stream: streamKey('s', undefined),
      emittedAt: 1700000000123,
      changes: [],
      data,
    })
  })

  it('counts a key that comes twice as it came last, as JSON.parse does', () => {
    const line =
      '{"type":"STATE","type":"RECORD","record":{"data":{"a":1}},"record":{"stream":"t","stream":"s","data":{},"emitted_at":1700000000123}}'
    assert.deepEqual(readRecord(line), {
      stream: streamKey('s', undefined),
      emittedAt: 1700000000123,
      changes: [],
      data: '{}',
    })
    assert.throws(() => read('{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":1},"record":null}'))
  })

  it('tells streams apart by namespace and name', () => {
    const reader = new MessageReader()
    const key = (names: string) => {
      const line = Buffer.from(`{"type":"RECORD","record":{${names},"data":{},"emitted_at":1}}`)
      const message = reader.read(line, 1)
      return message?.type === 'RECORD' && message.stream
    }
    assert.equal(key('"stream":"s","namespace":"a"'), streamKey('s', 'a'))
    assert.equal(key('"stream":"s","namespace":"b"'), streamKey('s', 'b'))
    assert.equal(key('"stream":"s"'), streamKey('s', undefined))
    assert.equal(key('"namespace":"\\u0061","stream":"\\u0073"'), streamKey('s', 'a'))
  })

  it('takes an emitted_at in seconds, as PyAirbyte replays it, for what it is', () => {
    const at = (emittedAt: string) =>
      readRecord(`{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":${emittedAt}}}`).emittedAt
    assert.equal(at('1700000000'), 1_700_000_000_000)
    assert.equal(at('1700000000.25'), 1_700_000_000_250)
    assert.equal(at('1.700000000123e12'), 1_700_000_000_123)
  })

  it('hands on what the source has changed', () => {
    const change = { field: 'composition', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }
    const line = { type: 'RECORD', record: { stream: 's', data: {}, emitted_at: 1, meta: { changes: [change] } } }
    assert.deepEqual(readRecord(JSON.stringify(line)).changes, [change])
  })

  it('finds the data that JSON.parse finds, of any value in any spelling', () => {
    fc.assert(
      fc.property(jsonText, jsonText, (value, other) => {
        const data = `{"value":${value}}`
        const line = `{"other":${other},"record":{"other":${other},"data":${data},"emitted_at":1,"stream":"s"},"type":"RECORD"}`
        assert.equal(readRecord(line).data, data)
      }),
    )
  })
})

describe('reading a STATE', () => {
  const told = (state: unknown) => {
    const message = read(JSON.stringify({ state, type: 'STATE' }))
    assert.equal(message?.type, 'STATE')
    return { scope: message.scope, told: message.told.map(({ stream, state }) => [stream, state]) }
  }
  const descriptor = { name: 's', namespace: 'n' }

  it('finds the stream of a STREAM state and what it says', () => {
    const stream = { stream_descriptor: descriptor, stream_state: { cursor: 1 } }
    const expected = { scope: 'STREAM', told: [[streamKey('s', 'n'), { cursor: 1 }]] }
    assert.deepEqual(told({ type: 'STREAM', stream }), expected)
    assert.deepEqual(told({ stream, type: null, global: null }), expected)
  })

  it('finds the streams of a GLOBAL state, under the name that PyAirbyte gives it too', () => {
    const global = { shared_state: {}, stream_states: [{ stream_descriptor: { name: 's', namespace: null } }] }
    const expected = { scope: 'GLOBAL', told: [[streamKey('s', undefined), undefined]] }
    assert.deepEqual(told({ type: 'GLOBAL', global }), expected)
    assert.deepEqual(told({ type: 'GLOBAL', global_: global }), expected)
    assert.deepEqual(told({ type: 'GLOBAL', global: null, global_: global }), expected)
  })

  for (const state of [
    { data: { cursor: 1 } },
    { type: 'LEGACY', data: {} },
    { type: 'GLOBAL' },
    { type: 'STREAM' },
    {},
  ]) {
    it(`refuses ${JSON.stringify(state)}, which is of no stream`, () => {
      const message = 'Line 7 of the input is broken: its STATE is neither of one stream nor global.'
      assert.throws(() => told(state), { message })
    })
  }
})

describe('reading other lines', () => {
  const trace = (status: string, extra = {}) =>
    JSON.stringify({
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        stream_status: { stream_descriptor: { name: 's', namespace: 'n' }, status },
        ...extra,
      },
    })

  it('reads how a stream has ended', () => {
    const stream = streamKey('s', 'n')
    assert.deepEqual(read(trace('COMPLETE')), { type: 'STATUS', stream, status: 'COMPLETE' })
    assert.deepEqual(read(trace('INCOMPLETE')), { type: 'STATUS', stream, status: 'INCOMPLETE' })
  })

  const ignored = [
    trace('STARTED'),
    trace('RUNNING'),
    trace('COMPLETE', { type: 'ERROR' }),
    trace('COMPLETE', { stream_status: null }),
    '{"type":"TRACE","trace":null}',
    '{"type":"LOG","log":{"level":"INFO","message":"m"}}',
    '{"type":"CONTROL"}',
    '{"type":"SOMETHING_NEW","something":{}}',
    '{"type":null}',
    '{}',
  ]
  for (const line of ignored) {
    it(`passes over ${line}`, () => {
      assert.equal(read(line), undefined)
    })
  }

  const broken = [
    'plain text, not ours',
    '[{"type":"RECORD"}]',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":tru},"emitted_at":1}}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1]},"emitted_at":1}}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1},"emitted_at":1}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1},"emitted_at":1}} {}',
    '{"type":"LOG","log":{"secret":01}}',
    '{"type":"RECORD","record":{"stream":"s","emitted_at":1}}',
    '{"type":"RECORD","record":{"stream":"s","data":["secret"],"emitted_at":1}}',
    '{"type":"RECORD","record":{"stream":null,"data":{"secret":1},"emitted_at":1}}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1},"emitted_at":"1"}}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1},"emitted_at":1e999}}',
    '{"type":"RECORD","record":{"stream":"s","data":{"secret":1}}}',
    '{"type":"RECORD","record":null}',
    '{"type":"STATE","state":["secret"]}',
    '{"type":"STATE"}',
  ]
  for (const line of broken) {
    it(`names the number of ${line}, and not what it holds`, () => {
      assert.throws(
        () => read(line),
        ({ message }: Error) =>
          /^Line 7 of the input is broken: [^"]+\.$/.test(message) && !/secret|plain/.test(message),
      )
    })
  }
})
