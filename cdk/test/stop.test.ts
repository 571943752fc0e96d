import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it } from 'mocha'
import { type Item, runSource } from '../src/index.js'
import { FakeProcess, files, story } from './fixtures/fake-process.js'
import { catalogOf, sourceOf } from './fixtures/letters.js'

const about = { name: 'source-letters', version: '1.2.3' }

function readArguments(...streams: string[]): string[] {
  const paths = files({ config: {}, catalog: catalogOf(...streams) })
  return ['read', '--config', paths.config, '--catalog', paths.catalog]
}

/** Records until it is told to stop, then a state; `begun` is called at the first record. */
const endless = (begun: () => void = () => {}) =>
  async function* (signal: AbortSignal): AsyncGenerator<Item> {
    let n = 0
    while (!signal.aborted) {
      yield { stream: 'a', record: { n: ++n } }
      if (n === 1) begun()
    }
    yield { stream: 'a', state: { n } }
  }

describe('A read that is told to stop', () => {
  it('leaves the streams that it has not begun INCOMPLETE', async () => {
    const fake = new FakeProcess(readArguments('a', 'b'))
    const never = async function* (): AsyncGenerator<Item> {
      yield { stream: 'b', state: { begun: true } }
    }
    await runSource(sourceOf({ a: endless(() => fake.emit('SIGTERM')), b: never }), about, fake)
    const told = story(fake.messages).filter(line => !line.startsWith('RECORD'))
    assert.deepEqual(told, ['STARTED a', 'RUNNING a', 'STATE a {"n":1} 1', 'INCOMPLETE a', 'INCOMPLETE b'])
    assert.equal(fake.exitCode, 143)
  })

  it('waits for a reader that does not stop only so long, and at last has the process killed', async () => {
    const fake = new FakeProcess(readArguments('a'))
    fake.graceMs = 30
    const deaf = async function* (): AsyncGenerator<Item> {
      yield { stream: 'a', state: { n: 0 } }
      fake.emit('SIGINT')
      await new Promise(() => {})
    }
    await runSource(sourceOf({ a: deaf }), about, fake)
    assert.deepEqual(story(fake.messages), ['STARTED a', 'RUNNING a', 'STATE a {"n":0} 0', 'INCOMPLETE a'])
    assert.equal(fake.exitCode, 130)
    while (fake.killedBy.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.deepEqual(fake.killedBy, ['SIGINT'])
  })

  it('takes an error of a reader that was told to stop for no failure', async () => {
    const fake = new FakeProcess(readArguments('a'))
    const abrupt = async function* (signal: AbortSignal): AsyncGenerator<Item> {
      yield { stream: 'a', state: { n: 0 } }
      fake.emit('SIGTERM')
      signal.throwIfAborted()
    }
    await runSource(sourceOf({ a: abrupt }), about, fake)
    assert.equal(story(fake.messages).at(-1), 'INCOMPLETE a')
    assert.equal(fake.exitCode, 143)
  })
})

describe('An error that nobody caught', () => {
  it('is reported, and makes the exit code 1, even while a signal is being answered', async () => {
    const fake = new FakeProcess(readArguments('a'))
    const tripping = async function* (): AsyncGenerator<Item> {
      yield { stream: 'a', state: { n: 0 } }
      fake.emit('SIGTERM')
      fake.emit('uncaughtException', new Error('Tripped.'))
    }
    await runSource(sourceOf({ a: tripping }), about, fake)
    assert.match(story(fake.messages).slice(3).sort().join(), /^INCOMPLETE a,system_error -: .*Tripped\.$/)
    assert.equal(fake.exitCode, 1)
  })
})

describe('A read whose memory is nearly exhausted', () => {
  it('sends its last state, then says what to set, and exits with 1', async () => {
    const fake = new FakeProcess(readArguments('a'))
    const megabyte = 1024 * 1024
    let begun = () => {}
    const beginning = new Promise<void>(resolve => {
      begun = resolve
    })
    fake.memory = async () => {
      await beginning
      return { limit: 1024 * megabyte, used: 1000 * megabyte, anonymous: 990 * megabyte }
    }
    await runSource(sourceOf({ a: endless(begun) }), about, fake)
    const [state, incomplete, trace] = story(fake.messages).slice(-3)
    assert.match(state ?? '', /^STATE a /)
    assert.equal(incomplete, 'INCOMPLETE a')
    assert.match(trace ?? '', /^transient_error -: .*1000 of 1024 MB were in use\. Raise the memory limit/)
    assert.equal(fake.exitCode, 1)
  })
})

describe('A read whose stdout is slow', () => {
  it('pulls two chunks ahead and no further, until stdout takes them', async () => {
    const fake = new FakeProcess(readArguments('a'))
    let takeNext = () => {}
    let taken = 0
    fake.stdout = new Writable({
      write: (chunk, _encoding, callback) => {
        taken += chunk.length
        // Messages before the first records are taken at once.
        if (chunk.length < 64 * 1024) callback()
        else takeNext = callback
      },
    })
    let pulled = 0
    const fast = async function* (signal: AbortSignal): AsyncGenerator<Item> {
      const text = 'x'.repeat(1000)
      while (!signal.aborted) yield { stream: 'a', record: { n: ++pulled, text } }
      yield { stream: 'a', state: { n: pulled } }
    }
    const run = runSource(sourceOf({ a: fast }), about, fake)

    while (taken < 64 * 1024) await turn()
    for (let n = 0; n < 20; n++) await turn()
    const held = pulled
    assert.ok(held > 60 && held < 150, `${held} records of 1 kB`)

    takeNext()
    while (pulled === held) await turn()
    for (let n = 0; n < 20; n++) await turn()
    assert.ok(pulled - held > 50 && pulled - held < 80, `${pulled - held} more`)

    fake.emit('SIGTERM')
    const ended = run.then(() => true)
    while (!(await Promise.race([ended, turn(false)]))) takeNext()
    assert.equal(fake.exitCode, 143)
  })
})

describe('A read whose stdout is closed', () => {
  it('tells the reader to stop, says no more, and exits with 1', async () => {
    const fake = new FakeProcess(readArguments('a', 'b'))
    fake.stdout = new Writable({
      write: (chunk, _encoding, callback) =>
        callback(String(chunk).includes('RECORD') ? Object.assign(new Error('EPIPE'), { code: 'EPIPE' }) : null),
    })
    const seen: string[] = []
    const reader = async function* (signal: AbortSignal): AsyncGenerator<Item> {
      yield { stream: 'a', record: { n: 1 } }
      seen.push(`a aborted: ${signal.aborted}`)
    }
    const next = async function* (): AsyncGenerator<Item> {
      seen.push('b')
      yield { stream: 'b', state: {} }
    }
    await runSource(sourceOf({ a: reader, b: next }), about, fake)
    assert.deepEqual(seen, ['a aborted: true'])
    assert.equal(fake.exitCode, 1)
    assert.equal(fake.err, '')
  })
})
