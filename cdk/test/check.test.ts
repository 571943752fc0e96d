// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference in a configuration looks like this
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { ConfigError, type Context, runSource, TransientError } from '../src/index.js'
import { FakeProcess, files, story } from './fixtures/fake-process.js'
import { sourceOf } from './fixtures/letters.js'

const about = { name: 'source-letters', version: '1.2.3' }

async function check(outcome: (config: unknown, context: Context) => Promise<void>, config: unknown = {}) {
  const fake = new FakeProcess(['check', '--config', files({ config }).config])
  await runSource(sourceOf({}, outcome), about, fake)
  return { told: story(fake.messages), exitCode: fake.exitCode, out: fake.out }
}

describe('check', () => {
  it('says SUCCEEDED', async () => {
    const { told, exitCode } = await check(async () => {})
    assert.deepEqual({ told, exitCode }, { told: ['SUCCEEDED'], exitCode: 0 })
  })

  for (const kind of [ConfigError, TransientError])
    it(`says FAILED with the message of a ${kind.name}, secrets masked, and exits with 0`, async () => {
      const fail = async () => {
        throw new kind('The server refused hunter2.')
      }
      const { told, exitCode } = await check(fail, { password: 'hunter2' })
      assert.deepEqual({ told, exitCode }, { told: ['FAILED: The server refused ****.'], exitCode: 0 })
    })

  it('says FAILED for a configuration that cannot be read', async () => {
    const { told, exitCode } = await check(async () => {}, { url: '${NOT_SET}' })
    assert.deepEqual(told, ['FAILED: url refers to the environment variable NOT_SET, which is not set.'])
    assert.equal(exitCode, 0)
  })

  it('reports an error of our own as a system_error, without a status, and exits with 1', async () => {
    const broken = async () => {
      throw new TypeError('hunter2 is not a function')
    }
    const { told, exitCode, out } = await check(broken, { password: 'hunter2' })
    assert.deepEqual(told, [
      'system_error -: The connector failed because of an error of its own. TypeError: **** is not a function',
    ])
    assert.match(out, /check\.test\.js:\d+/, 'the stack trace is there')
    assert.doesNotMatch(out, /hunter2/)
    assert.equal(exitCode, 1)
  })

  it('hides what the connector learned on the way', async () => {
    const { told } = await check(async (_config, { addSecret }) => {
      addSecret?.('token-4711')
      throw new ConfigError('The token token-4711 has expired.')
    })
    assert.deepEqual(told, ['FAILED: The token **** has expired.'])
  })
})

describe('discover', () => {
  it('prints the catalog', async () => {
    const fake = new FakeProcess(['discover', '--config', files({ config: {} }).config])
    await runSource(sourceOf({ a: async function* () {}, b: async function* () {} }), about, fake)
    assert.deepEqual(story(fake.messages), ['CATALOG a,b'])
    assert.equal(fake.exitCode, 0)
  })

  it('reports a failure with its kind and exits with 1', async () => {
    const source = {
      ...sourceOf({}),
      discover: async () => {
        throw new TransientError('The server is down.')
      },
    }
    const fake = new FakeProcess(['discover', '--config', files({ config: {} }).config])
    await runSource(source, about, fake)
    assert.deepEqual(story(fake.messages), ['transient_error -: The server is down.'])
    assert.equal(fake.exitCode, 1)
  })
})

describe('LOG_LEVEL', () => {
  for (const [level, heard] of [
    ['ERROR', ['ERROR']],
    ['warn', ['ERROR', 'WARN']],
    [undefined, ['ERROR', 'WARN', 'INFO']],
    ['LOUD', ['ERROR', 'WARN', 'INFO']],
    ['DEBUG', ['ERROR', 'WARN', 'INFO', 'DEBUG']],
    ['FATAL', []],
  ] as const)
    it(`${level} lets through ${heard.join(', ') || 'nothing'}, secrets masked`, async () => {
      const fake = new FakeProcess(['check', '--config', files({ config: { password: 'hunter2' } }).config])
      fake.env = { LOG_LEVEL: level }
      const chatty = async (_config: unknown, { log }: Context) => {
        for (const say of [log.error, log.warn, log.info, log.debug]) say('It is hunter2.')
      }
      await runSource(sourceOf({}, chatty), about, fake)
      assert.deepEqual(
        fake.messages.flatMap(({ log }) => (log ? [log] : [])),
        heard.map(level => ({ level, message: 'It is ****.' })),
      )
    })
})
