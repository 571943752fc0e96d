import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'mocha'
import { ConfigError, type IncomingRecord, runDestination } from '../src/index.js'
import { FakeProcess, files, story } from './fixtures/fake-process.js'
import { catalogOf } from './fixtures/letters.js'
import { shelf } from './fixtures/shelf.js'

const about = { name: 'destination-shelf', version: '1.2.3' }

const record = (stream: string, n: number) =>
  `${JSON.stringify({ type: 'RECORD', record: { stream, emitted_at: 1700000000000, data: { n } } })}\n`
const state = (stream: string, n: number) =>
  `${JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: { n } }, id: n },
  })}\n`

const inputOf = (...lines: string[]) => Readable.from(lines.map(line => Buffer.from(line)))

function writeArguments(...streams: string[]) {
  const { shelf: file } = files({ shelf: '' })
  const paths = files({ config: { file }, catalog: catalogOf(...streams) })
  return { file, argv: ['write', '--config', paths.config, '--catalog', paths.catalog] }
}

describe('write', () => {
  it('gives back a state when the records before it are written, and closes the destination', async () => {
    const { file, argv } = writeArguments('a')
    const fake = new FakeProcess(argv)
    fake.stdin = inputOf(record('a', 1), record('a', 2), state('a', 2))
    await runDestination(shelf, about, fake)
    assert.equal(readFileSync(file, 'utf8'), 'a {"n":1}\na {"n":2}\nclosed\n')
    const [back] = fake.messages.flatMap(({ state }) => state ?? [])
    assert.deepEqual(back, {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'a' }, stream_state: { n: 2 } },
      id: 2,
      destinationStats: { recordCount: 2 },
    })
    assert.equal(fake.exitCode, 0)
  })

  it('reports a stream that could not be written, by its name, writes the others, and exits with 1', async () => {
    const { file, argv } = writeArguments('locked', 'a')
    const fake = new FakeProcess(argv)
    fake.stdin = inputOf(record('locked', 1), state('locked', 1), record('a', 2), state('a', 2))
    await runDestination(shelf, about, fake)
    assert.equal(readFileSync(file, 'utf8'), 'a {"n":2}\nclosed\n')
    assert.deepEqual(
      story(fake.messages).map(line => line.split(' ').slice(0, 2).join(' ')),
      ['STATE a', 'config_error locked:'],
    )
    assert.equal(fake.exitCode, 1)
  })

  it('gathers as much for a write as the destination wants', async () => {
    const { argv } = writeArguments('a')
    const fake = new FakeProcess(argv)
    fake.stdin = inputOf(record('a', 1), record('a', 2), record('a', 3))
    const batches: number[] = []
    const open = async () => ({
      limits: { batchRows: 2 },
      writer: async () => ({
        settles: 'write' as const,
        write: async (records: readonly IncomingRecord[]) => {
          batches.push(records.length)
        },
        finish: async () => true,
      }),
      close: async () => {},
    })
    await runDestination({ ...shelf, open }, about, fake)
    assert.deepEqual(batches, [2, 1])
  })

  it('reports what keeps it from writing at all, without touching its input', async () => {
    const { argv } = writeArguments('a')
    const fake = new FakeProcess(argv)
    const open = async () => {
      throw new ConfigError('The database refused the password.')
    }
    await runDestination({ ...shelf, open }, about, fake)
    assert.deepEqual(story(fake.messages), ['config_error -: The database refused the password.'])
    assert.equal(fake.exitCode, 1)
    assert.equal(fake.stdin.readableDidRead, false)
  })

  it('answers SIGTERM by writing what has come, giving back its state, and exit code 143', async () => {
    const { file, argv } = writeArguments('a', 'b')
    const main = fileURLToPath(new URL('fixtures/shelf-main.js', import.meta.url))
    const child = spawn(process.execPath, [main, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] })
    // The state of b waits for nothing: when it comes back, what stands before it has been taken.
    child.stdin.write([record('a', 1), record('a', 2), state('a', 2), state('b', 0), '{"type":"RECORD","rec'].join(''))
    let out = ''
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      out += chunk
      if (out.includes('STATE')) break
    }
    child.kill('SIGTERM')
    const [rest, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    out += rest
    const messages = out
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line))
    assert.deepEqual(story(messages), ['STATE b {"n":0} undefined', 'STATE a {"n":2} undefined'])
    assert.equal(readFileSync(file, 'utf8'), 'a {"n":1}\na {"n":2}\nclosed\n')
    assert.equal(code, 143)
  })

  it('checks like a source', async () => {
    const fake = new FakeProcess(['check', '--config', files({ config: { file: '-' } }).config])
    await runDestination(shelf, about, fake)
    assert.deepEqual(story(fake.messages), ['SUCCEEDED'])
    assert.equal(fake.exitCode, 0)
  })
})
