import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '@openehr-connectors/spec'
import type { Summary } from '../src/index.js'
import { type Connection, connection } from './connection.js'

const BIN = fileURLToPath(new URL('../../bin/openehr-sync.js', import.meta.url))

describe('openehr-sync', () => {
  let c: Connection
  beforeEach(() => {
    c = connection()
  })
  afterEach(() => c.remove())

  const yaml = (source: JsonObject, destination: JsonObject = {}): string => {
    const path = join(c.folder, 'connection.yaml')
    // JSON is YAML too.
    const options = c.options(source, destination)
    writeFileSync(
      path,
      JSON.stringify({ source: options.source, destination: options.destination, state: 'state.json' }),
    )
    return path
  }
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: c.folder })
    const printed = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', text => {
      printed.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      printed.stderr += text
    })
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number, ...printed })) }
  }
  const run = (...args: string[]) => start(...args).ended

  const steps = [
    { records: 3, stream: 'a' },
    { state: { upTo: 3 }, stream: 'a' },
  ]

  it('ends with 0 and says what was carried', async () => {
    const { code, stdout } = await run(yaml({ steps }))
    assert.equal(code, 0)
    assert.match(stdout, /^a +incremental \+ append_dedup +3 +3 +3 +0 /m)
    assert.match(stdout, /^succeeded after /m)
  })

  it('prints one line of JSON for machines', async () => {
    const { code, stdout } = await run(yaml({ steps: [...steps, { exit: 1 }] }), '--json', '--quiet')
    const summary = JSON.parse(stdout) as Summary
    assert.deepEqual([code, summary.exitCode, summary.outcome, summary.records], [1, 1, 'source_failed', 3])
  })

  it('takes all from flags', async () => {
    const { source, destination } = c.options({ steps })
    const flag = (name: string, value: unknown) => {
      writeFileSync(join(c.folder, name), JSON.stringify(value))
      return name
    }
    const { code } = await run(
      ...['--source', (source.command as string[]).join(' '), '--source-config', flag('s.json', source.config)],
      ...['--destination', (destination.command as string[]).join(' ')],
      ...['--destination-config', flag('d.json', destination.config), '--streams', 'a', '--full-refresh'],
    )
    assert.equal(code, 0)
    assert.equal(existsSync(join(c.folder, 'openehr-sync.state.json')), true)
    assert.equal(c.destinationCatalog().streams[0]?.minimum_generation_id, 1)
  })

  it('speaks the legacy dialect when it is told to: plain overwrite, no ids, no COMPLETE', async () => {
    const path = yaml({ streams: [{ name: 'a', supported_sync_modes: ['full_refresh'] }], steps })
    assert.equal((await run(path, '--dialect', 'legacy')).code, 0)
    const [configured] = c.destinationCatalog().streams
    assert.deepEqual([configured?.destination_sync_mode, configured?.generation_id], ['overwrite', undefined])
    assert.deepEqual(
      c.received().map(message => message.type),
      ['RECORD', 'RECORD', 'RECORD', 'STATE'],
    )
  })

  it('says the modes that it synced with, also when a refresh changed them', async () => {
    const { stdout } = await run(yaml({ steps }), '--dialect', 'legacy', '--full-refresh')
    assert.match(stdout, /^a +full_refresh \+ overwrite +3 /m)
  })

  it('gives a full refresh without a state an empty one, so that the destination can settle it', async () => {
    const path = yaml({
      streams: [{ name: 'a', supported_sync_modes: ['full_refresh'] }],
      steps: [{ records: 3, stream: 'a' }],
    })
    assert.equal((await run(path, '--dialect', 'legacy')).code, 0)
    assert.deepEqual(c.kept(), { a: {} })
  })

  it('lists the streams of a source without a destination', async () => {
    const { source } = c.options({ streams: ['a', 'b'] })
    writeFileSync(join(c.folder, 's.json'), JSON.stringify(source.config))
    const command = (source.command as string[]).join(' ')
    const { code, stdout } = await run('--source', command, '--source-config', 's.json', '--list')
    assert.equal(code, 0)
    assert.match(stdout, /^a +full_refresh, incremental +id\nb /m)
  })

  it('forgets the state of a stream that is reset', async () => {
    const path = yaml({ steps })
    await run(path)
    await run(path)
    assert.equal(c.sourceStates().length, 1)
    await run(path, '--reset', 'a')
    assert.equal(c.sourceStates().length, 0)
  })

  for (const [what, args, message] of [
    ['an unknown option', ['--bogus'], /Unknown argument: bogus/],
    ['no source', [], /Say how to run the source/],
    ['a file that is not there', ['gone.yaml'], /cannot be read as YAML/],
    [
      'a program that is not there',
      ['--source', 'no-such-program', '--source-config', 'x', '--list'],
      /"no-such-program" cannot be started/,
    ],
  ] as const)
    it(`ends with 4 for ${what}`, async () => {
      const { code, stderr } = await run(...args)
      assert.equal(code, 4)
      assert.match(stderr, message)
    })

  for (const [signal, expected] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)
    it(`ends with ${expected} on ${signal}, after the connectors have ended and the state is kept`, async () => {
      const { child, ended } = start(yaml({ steps: [...steps, { records: 1, stream: 'a' }, { wait: true }] }))
      while (child.exitCode === null && c.kept().a === undefined) await sleep(20)
      child.kill(signal)
      assert.equal((await ended).code, expected)
      assert.deepEqual(c.kept(), { a: { upTo: 3 } })
      assert.equal(c.note<{ records: number }>('destination').records, 4, 'the destination has read to the end')
    })
})
