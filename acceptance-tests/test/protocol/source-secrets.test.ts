import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Sandbox } from '@openehr-connectors/sandbox'
import type { AirbyteMessage, ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import { after, before, describe, it } from 'mocha'
import { type Asked, type Ended, runConnector } from '../../src/connector-process.js'
import { catalogOf, configured, errorsOf, recordsOf } from '../../src/messages.js'
import { assertHides, assertProtocol, spellings } from './assertions.js'
import { authentication, command, configFor, login, startGuarded } from './openehr.js'

const env = { LOG_LEVEL: 'TRACE' }

describe('source-openehr at the most talkative', function () {
  this.timeout(120_000)
  let sandbox: Sandbox
  let gossip: Server
  let gossipUrl: string
  let catalog: ConfiguredAirbyteCatalog

  before(async () => {
    sandbox = await startGuarded({ compositions: 300 })
    const config = configFor(sandbox)
    const { streams } = catalogOf((await runConnector(command, { verb: 'discover', config })).messages)
    catalog = { streams: streams.map(stream => configured(stream)) }
    gossip = gossipingServer()
    await once(gossip.listen(0, '127.0.0.1'), 'listening')
    const address = gossip.address()
    gossipUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  after(async () => {
    gossip?.close()
    await sandbox?.stop()
  })

  const run = (asked: Omit<Asked, 'env'>) => runConnector(command, { ...asked, env })
  const assertQuiet = (ended: Ended) => {
    assertProtocol(ended)
    assertHides(ended, [login.password])
    const credentials = Buffer.from(`${login.username}:${login.password}`).toString('base64')
    assert.ok(!(ended.stdout + ended.stderr).includes(credentials))
  }

  it('shows no password in any line when all goes well', async () => {
    assertQuiet(await run({ verb: 'discover', config: configFor(sandbox) }))
    assertQuiet(await run({ verb: 'read', config: configFor(sandbox), catalog }))
  })

  it('shows no password in any line when the login fails', async () => {
    const wrong = `not ${login.password}`
    const config = configFor(sandbox, { authentication: { ...authentication, password: wrong } })
    for (const asked of [
      { verb: 'discover', config },
      { verb: 'read', config, catalog },
    ] as const) {
      const ended = await run(asked)
      assertQuiet(ended)
      assertHides(ended, [wrong])
      assert.equal(ended.code, 1)
      const kinds = new Set(errorsOf(ended.messages).map(({ failure_type }) => failure_type))
      assert.deepEqual([...kinds], ['config_error'], asked.verb)
    }
  })

  for (const status of [200, 302, 400, 401, 500])
    it(`shows no password when a server repeats it in an answer ${status}`, async () => {
      const config = configFor(sandbox, { base_url: `${gossipUrl}/${status}` })
      for (const asked of [
        { verb: 'check', config },
        { verb: 'discover', config },
        { verb: 'read', config, catalog },
      ] as const)
        assertQuiet(await run(asked))
    })

  it('masks a password that another option repeats, in whatever spelling', async () => {
    const templates = Object.values(spellings(login.password))
    const ended = await run({ verb: 'check', config: configFor(sandbox, { templates }) })
    assertQuiet(ended)
    const [answer] = ended.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])
    assert.match(answer?.message ?? '', /has no template "\*{4}"/)
  })

  it('shows no password of a config that is not valid', async () => {
    const config = { authentication: { ...authentication, method: 'basik' }, base_url: login.password }
    const ended = await run({ verb: 'check', config })
    assertQuiet(ended)
  })

  it('shows no value of a record in logs and traces, not even when the server breaks off in the midst of one', async () => {
    sandbox.faults.set({ requests: [{ path: '/query/aql', cutAfter: 60_000, framing: 'short', times: 3 }] })
    const broken = await run({ verb: 'read', config: configFor(sandbox), catalog })
    sandbox.faults.clear()
    const whole = await run({ verb: 'read', config: configFor(sandbox), catalog })
    const values = new Set(recordsOf(whole.messages).flatMap(({ data }) => textsIn(data.composition)))
    assert.ok(values.size > 100)
    for (const ended of [broken, whole]) {
      const said = ended.stderr + JSON.stringify(ended.messages.filter(isTalk))
      assert.deepEqual(
        [...values].filter(value => said.includes(value)),
        [],
      )
    }
  })
})

const isTalk = ({ type }: AirbyteMessage) => type === 'LOG' || type === 'TRACE'

/** The clinical texts of a composition: names, narratives, findings. Short ones may be words of ours too. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 12 && /\s/.test(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Answers with what it was told, in every form: as servers behind proxies do when they debug. */
const gossipingServer = (): Server =>
  createServer((request, response) => {
    const credentials = (request.headers.authorization ?? '').replace(/^Basic /, '')
    const told = Buffer.from(credentials, 'base64').toString()
    const password = told.slice(told.indexOf(':') + 1)
    const status = Number(request.url?.split('/')[1])
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-told': encodeURIComponent(password),
      ...(status === 302 && { location: `/401?password=${encodeURIComponent(password)}` }),
    })
    response.end(JSON.stringify({ error: password, message: `${told} ${credentials}`, path: request.url }))
  })
