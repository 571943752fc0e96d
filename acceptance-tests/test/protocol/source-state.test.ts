import assert from 'node:assert/strict'
import { type Sandbox, startSandbox } from '@openehr-connectors/sandbox'
import type { AirbyteStateMessage, ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { afterEach, describe, it } from 'mocha'
import { type Ended, runConnector } from '../../src/connector-process.js'
import { catalogOf, configured, errorsOf, lastStates, recordsOf } from '../../src/messages.js'
import { assertProtocol } from './assertions.js'
import { command, configFor } from './openehr.js'

describe('source-openehr and a state that is not its own', function () {
  this.timeout(120_000)
  const started: Sandbox[] = []
  const start = async (options: Parameters<typeof startSandbox>[0]) => {
    const sandbox = await startSandbox({ compositions: 100, ...options })
    started.push(sandbox)
    return sandbox
  }
  afterEach(async () => {
    for (const sandbox of started.splice(0)) await sandbox.stop().catch(() => {})
  })

  const config = (sandbox: Sandbox) => configFor(sandbox, { authentication: { method: 'none' } })
  const readOf = async (sandbox: Sandbox, state?: readonly AirbyteStateMessage[]) => {
    const { streams } = catalogOf((await runConnector(command, { verb: 'discover', config: config(sandbox) })).messages)
    const catalog: ConfiguredAirbyteCatalog = {
      streams: streams.filter(({ name }) => name === 'compositions').map(stream => configured(stream)),
    }
    return runConnector(command, { verb: 'read', config: config(sandbox), catalog, ...(state && { state }) })
  }
  const assertRefused = (ended: Ended, says: RegExp) => {
    assertProtocol(ended)
    const [error, ...more] = errorsOf(ended.messages)
    assert.deepEqual([ended.code, more.length, error?.failure_type], [1, 0, 'config_error'])
    assert.match(error?.message ?? '', says)
    assert.deepEqual(recordsOf(ended.messages), [])
  }

  it('refuses one of a server at another URL', async () => {
    const states = lastStates((await readOf(await start({}))).messages)
    assertRefused(await readOf(await start({}), states), /another base_url.*Reset/)
  })

  it('refuses one of a server that stood at the same URL and was another', async () => {
    const before = await start({ systemId: 'before.example' })
    const states = lastStates((await readOf(before)).messages)
    await before.stop()
    const after = await start({ systemId: 'after.example', port: before.port })
    assertRefused(await readOf(after, states), /system id.*Reset/)
  })

  it('refuses one that is no state of this source at all, and names the stream', async () => {
    const stream_descriptor = { name: 'compositions' }
    const state = { type: 'STREAM' as const, stream: { stream_descriptor, stream_state: { updated_at: '2020-01-01' } } }
    assertRefused(await readOf(await start({}), [state]), /"compositions".*Reset/)
  })
})
