import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { Output } from '../../src/protocol/output.js'

function collecting() {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write: (chunk, _encoding, callback) => {
      // A copy: the buffer is used again once it is taken.
      chunks.push(Buffer.from(chunk))
      callback()
    },
  })
  const output = new Output(stdout.write.bind(stdout), error => assert.fail(error))
  return { output, chunks, text: () => Buffer.concat(chunks).toString() }
}

describe('Output', () => {
  it('joins records to writes of about 64 kB', async () => {
    const { output, chunks } = collecting()
    for (let n = 0; n < 1000; n++) await output.record('a', { n, text: 'x'.repeat(1000) }, 1)
    await output.flush()
    assert.ok(chunks.slice(0, -1).every(({ length }) => length >= 64 * 1024 && length < 66 * 1024))
    assert.equal(Buffer.concat(chunks).toString().split('\n').length, 1001)
  })

  it('sends a line that is waited for at once, behind the records before it', async () => {
    const { output, text } = collecting()
    output.record('a', { n: 1 }, 1700000000000)
    assert.equal(text(), '')
    await output.raw('{"type":"STATE"}')
    assert.equal(
      text(),
      '{"type":"RECORD","record":{"stream":"a","emitted_at":1700000000000,"data":{"n":1}}}\n{"type":"STATE"}\n',
    )
  })

  it('sends a line that nobody waits for without another to push it', async () => {
    const stdout = new PassThrough()
    new Output(stdout.write.bind(stdout), error => assert.fail(error)).say('{"type":"LOG"}')
    const [line] = await Promise.all([new Promise(resolve => stdout.once('data', resolve))])
    assert.equal(String(line), '{"type":"LOG"}\n')
  })

  it('writes every record as it is, of any size and any characters, as object or as bytes', async () => {
    const data = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', maxLength: 200_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(data, fc.boolean()), { maxLength: 20 }), async records => {
        const { output, text } = collecting()
        for (const [record, asBytes] of records) {
          const bytes = Buffer.from(JSON.stringify(record))
          await output.record('stream "é"', asBytes ? bytes : record, 1)
          // Borrowed: the reader may use the bytes again.
          bytes.fill(0)
        }
        await output.flush()
        assert.deepEqual(
          text()
            .split('\n')
            .slice(0, -1)
            .map(line => JSON.parse(line).record),
          records.map(([record]) => ({
            stream: 'stream "é"',
            emitted_at: 1,
            data: JSON.parse(JSON.stringify(record)),
          })),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('takes a record of many megabytes, and lines of all kinds between each other', async () => {
    const { output, text } = collecting()
    const large = Buffer.from(`{"text":"${'é'.repeat(10_000_000)}"}`)
    for (let n = 0; n < 3; n++) {
      output.say(`{"log":${n}}`)
      await output.record('a', large, 1)
      await output.raw(`{"state":${n}}`)
    }
    assert.deepEqual(
      text()
        .split('\n')
        .map(line => (line.length > 100 ? 'RECORD' : line)),
      [
        '{"log":0}',
        'RECORD',
        '{"state":0}',
        '{"log":1}',
        'RECORD',
        '{"state":1}',
        '{"log":2}',
        'RECORD',
        '{"state":2}',
        '',
      ],
    )
  })

  it('leaves no half line behind a record that is no JSON', async () => {
    const { output, text } = collecting()
    const circular: { self?: object } = {}
    circular.self = circular
    assert.throws(() => output.record('a', circular as never, 1), TypeError)
    await output.raw('{"type":"TRACE"}')
    assert.equal(text(), '{"type":"TRACE"}\n')
  })

  it('reports once that stdout takes no more, and holds nobody from then on', async () => {
    const reports: string[] = []
    const stdout = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('EPIPE')) })
    stdout.on('error', () => {})
    const output = new Output(stdout.write.bind(stdout), error => reports.push(error.message))
    await output.raw('{}')
    await output.raw('{}')
    for (let n = 0; n < 200; n++) await output.record('a', { text: 'x'.repeat(1000) }, 1)
    await output.flush()
    assert.deepEqual(reports, ['EPIPE'])
  })

  it('reports a stdout that throws, as a file on a full disk does', async () => {
    const reports: string[] = []
    const full = () => {
      throw new Error('ENOSPC')
    }
    const output = new Output(full, error => reports.push(error.message))
    await output.raw('{}')
    assert.deepEqual(reports, ['ENOSPC'])
  })
})
