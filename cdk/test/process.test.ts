import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { AirbyteMessage } from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { files, story } from './fixtures/fake-process.js'
import { catalogOf } from './fixtures/letters.js'

const scenes = fileURLToPath(new URL('fixtures/scenes.js', import.meta.url))

type Child = ChildProcessByStdio<null, Readable, Readable>

function start(...args: string[]): Child {
  return spawn(process.execPath, [scenes, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

function startReading(stream: string): Child {
  const paths = files({ config: { password: 'hunter2' }, catalog: catalogOf(stream) })
  return start('read', '--config', paths.config, '--catalog', paths.catalog)
}

/** Reads until records come; returns what was read. */
async function firstRecords(child: Child): Promise<string> {
  let out = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += chunk
    if (out.includes('"RECORD"')) break
  }
  return out
}

/** Waits for the end. Throws unless every line of stdout is a message. */
async function ended(child: Child, read = '') {
  const [rest, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const out = read + rest
  const messages: AirbyteMessage[] = out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
  return { out, err, messages, exit: signal ?? code }
}

describe('The process of a source', () => {
  it('prints its specification and nothing before it', async () => {
    const { messages, err, exit } = await ended(start('spec'))
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['SPEC'],
    )
    assert.equal(err, '')
    assert.equal(exit, 0)
  })

  it('exits with 1 and shows the usage on stderr for an option that it does not know', async () => {
    const { out, err, exit } = await ended(start('spec', '--colour'))
    assert.equal(out, '')
    assert.match(err, /source-scenes spec[\s\S]*Unknown argument: colour/)
    assert.equal(exit, 1)
  })

  it('pulls no more while nobody reads stdout', async () => {
    const child = startReading('endless')
    // Printed after 300 ms; without backpressure a hundred thousand records would have been pulled by then.
    const [report] = await once(child.stderr, 'data')
    const pulled = Number(/pulled (\d+)/.exec(String(report))?.[1])
    assert.ok(pulled > 0 && pulled < 1000, `${pulled} records of 1 kB were pulled`)
    child.kill()
    await ended(child)
  })

  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)
    it(`answers ${signal}, and a second one, with a last state behind the last record and exit code ${exitCode}`, async () => {
      const child = startReading('endless')
      const read = await firstRecords(child)
      child.kill(signal)
      child.kill(signal)
      const { messages, exit } = await ended(child, read)
      assert.equal(exit, exitCode)
      const { length } = messages.filter(({ type }) => type === 'RECORD')
      assert.deepEqual(story(messages).slice(-2), [`STATE endless {"n":${length}} ${length}`, 'INCOMPLETE endless'])
    })

  it('ends quietly with exit code 1 when stdout is closed', async () => {
    const child = startReading('endless')
    await firstRecords(child)
    child.stdout.destroy()
    const [err, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    assert.deepEqual({ err, code, signal }, { err: '', code: 1, signal: null })
  })

  it('sends to stderr, masked, what libraries print, and leaves records and states as they are', async () => {
    const { messages, err, exit } = await ended(startReading('talkative'))
    assert.equal(err, 'by console, with ****\ndirectly')
    assert.ok(story(messages).includes('RECORD talkative {"password":"hunter2"}'))
    assert.ok(story(messages).includes('STATE talkative {"password":"hunter2"} 1'))
    assert.equal(exit, 0)
  })

  for (const [stream, told] of [
    ['throwing', 'Thrown with **** by a timer.'],
    ['rejecting', 'Rejected with ****.'],
  ] as const)
    it(`reports an error that nobody caught, masked, and exits with 1: ${stream}`, async () => {
      const { out, err, messages, exit } = await ended(startReading(stream))
      assert.deepEqual(story(messages), [
        `STARTED ${stream}`,
        `RUNNING ${stream}`,
        `STATE ${stream} {"n":0} 0`,
        `system_error -: The connector failed because of an error of its own. Error: ${told}`,
        `INCOMPLETE ${stream}`,
      ])
      assert.doesNotMatch(out + err, /hunter2/)
      assert.match(out, /scenes\.js:\d+/, 'the stack trace is there')
      assert.equal(exit, 1)
    })

  it('says so when it waits for what can never come', async () => {
    const { messages, exit } = await ended(startReading('waiting'))
    assert.match(story(messages).at(-1) ?? '', /^system_error -: .*The connector waits for what can never come\.$/)
    assert.equal(story(messages).at(-2), 'INCOMPLETE waiting')
    assert.equal(exit, 1)
  })
})
