import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Sandbox } from '@openehr-connectors/sandbox'
import type { ConfiguredAirbyteCatalog, JsonObject } from '@openehr-connectors/spec'
import { after, afterEach, before, describe, it } from 'mocha'
import { type Ended, runConnector, startConnector } from '../../src/connector-process.js'
import { catalogOf, configured, lastStates, recordsOf, statesOf, statusesOf } from '../../src/messages.js'
import { assertProtocol } from './assertions.js'
import { command, configFor, hastyCommand, startGuarded } from './openehr.js'

const compositions = 3000

describe('source-openehr that is told to stop', function () {
  this.timeout(120_000)
  let sandbox: Sandbox
  let config: JsonObject
  let catalog: ConfiguredAirbyteCatalog

  before(async () => {
    sandbox = await startGuarded({ compositions, maxLimit: 100 })
    config = configFor(sandbox)
    const { streams } = catalogOf((await runConnector(command, { verb: 'discover', config })).messages)
    catalog = { streams: streams.filter(({ name }) => name === 'compositions').map(stream => configured(stream)) }
  })
  afterEach(() => sandbox.faults.clear())
  after(() => sandbox?.stop())

  /** A read that is in the midst of it: some pages have come, and the others take their time. */
  const reading = async () => {
    sandbox.faults.set({ requests: [{ path: '/query/aql', delayMs: 100, times: 1000 }] })
    sandbox.requests.reset()
    const running = startConnector(hastyCommand, { verb: 'read', config, catalog })
    const ended = running.ended()
    await running.heard('"type":"RECORD"')
    return { child: running.process, ended }
  }
  const uids = ({ messages }: Ended) => recordsOf(messages).map(({ data }) => String(data.version_uid))

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`ends with exit code ${code} after ${signal}, behind a state that covers every record it has sent`, async () => {
      const { child, ended } = await reading()
      child.kill(signal)
      const first = await ended
      assertProtocol(first)
      assert.deepEqual([first.code, first.signal, first.stderr], [code, null, ''])
      assert.equal(statusesOf(first.messages, 'compositions').at(-1), 'INCOMPLETE')
      const sent = uids(first).length
      assert.ok(sent > 0 && sent < compositions, `It had sent ${sent} of ${compositions}.`)
      const places = [...first.messages.keys()]
      const lastOf = (type: string) => places.findLast(place => first.messages[place]?.type === type) ?? -1
      assert.ok(lastOf('STATE') > lastOf('RECORD'))
      assert.equal(
        statesOf(first.messages).reduce((sum, { sourceStats }) => sum + (sourceStats?.recordCount ?? 0), 0),
        sent,
      )
      sandbox.faults.clear()
      const rest = await runConnector(command, { verb: 'read', config, catalog, state: lastStates(first.messages) })
      assert.equal(uids(rest).length, compositions - sent)
      assert.equal(new Set([...uids(first), ...uids(rest)]).size, compositions)
    })
  }

  it('ends quietly when nobody takes its stdout any more, and asks the server for no more', async () => {
    const { child, ended } = await reading()
    child.stdout.destroy()
    const { code, signal, stderr } = await ended
    assert.deepEqual([code, signal, stderr], [1, null, ''])
    const { total } = sandbox.requests
    await setTimeout(500)
    assert.equal(sandbox.requests.total, total)
    assert.ok(total < compositions / 100, `It has sent ${total} requests.`)
  })

  it('reads no further than a reader that has stopped reading, and then sends the rest whole', async () => {
    sandbox.requests.reset()
    const running = startConnector(command, { verb: 'read', config, catalog })
    const pages = () => sandbox.requests.byPath['POST /query/aql'] ?? 0
    const atRest = await restingAt(pages)
    const ended = await running.ended()
    assert.equal(ended.code, 0)
    assert.equal(new Set(uids(ended)).size, compositions)
    // Each of the four partitions has one page under way and one in hand; the probe is one more.
    assert.ok(atRest > 0 && atRest <= 10, `It had asked for ${atRest} pages.`)
    assert.ok(pages() > 30, `In all it has asked for ${pages()} pages.`)
  })
})

/** The count at which there was nothing new for two seconds. */
async function restingAt(count: () => number): Promise<number> {
  for (let last = 0, quiet = 0; ; await setTimeout(100)) {
    quiet = count() > 0 && count() === last ? quiet + 1 : 0
    last = count()
    if (quiet === 20) return last
  }
}
