import assert from 'node:assert/strict'
import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { after, afterEach, before, describe, it } from 'mocha'
import type { RequestFault } from '../../src/faults.js'
import { type Sandbox, startSandbox } from '../../src/sandbox.js'
import { ask, compositions, post } from '../ask.js'

const whole = `SELECT v/uid/value, c ${compositions} ORDER BY v/uid/value LIMIT 20`
const light = `SELECT v/uid/value ${compositions} ORDER BY v/uid/value LIMIT 20`

describe('the switch', () => {
  let sandbox: Sandbox
  before(async () => {
    sandbox = await startSandbox({ compositions: 60, gzip: true })
  })
  afterEach(() => sandbox.faults.clear())
  after(() => sandbox.stop())

  const status = async (q = light) => (await post(sandbox, { q })).status

  /** What of an answer arrives, byte by byte, and whether it ended as HTTP says it must. */
  const received = (encoding: string) =>
    new Promise<{ body: Buffer; complete: boolean; headers: Record<string, unknown> }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'accept-encoding': encoding }
      const call = request(`${sandbox.baseUrl}/query/aql`, { method: 'POST', headers }, response => {
        const pieces: Buffer[] = []
        response.on('data', piece => pieces.push(piece))
        response.on('error', () => {})
        response.on('close', () =>
          resolve({ body: Buffer.concat(pieces), complete: response.complete, headers: response.headers }),
        )
      })
      call.on('error', reject)
      call.end(JSON.stringify({ q: whole }))
    })

  it('status fails so many requests, one switch after the other', async () => {
    sandbox.faults.set({ requests: [{ status: 503, times: 2 }, { status: 502 }] })
    assert.deepEqual([await status(), await status(), await status(), await status()], [503, 503, 502, 200])
  })

  it('status goes with Retry-After, in seconds or as a date', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    sandbox.faults.set({
      requests: [
        { status: 429, retryAfter: 3 },
        { status: 503, retryAfter: date },
      ],
    })
    for (const expected of ['3', date]) {
      assert.equal((await post(sandbox, { q: light })).headers.get('retry-after'), expected)
    }
  })

  it('path keeps it to the requests that are meant', async () => {
    sandbox.faults.set({ requests: [{ status: 500, path: '/definition/' }] })
    assert.equal(await status(), 200)
    assert.equal((await fetch(`${sandbox.baseUrl}/definition/template/adl1.4`)).status, 500)
    assert.equal((await fetch(`${sandbox.baseUrl}/definition/template/adl1.4`)).status, 200)
  })

  it('delayMs makes a client wait', async () => {
    sandbox.faults.set({ requests: [{ delayMs: 60_000 }] })
    const impatient = fetch(`${sandbox.baseUrl}/definition/template/adl1.4`, { signal: AbortSignal.timeout(50) })
    await assert.rejects(impatient, { name: 'TimeoutError' })
  })

  const cuts: [string, RequestFault, 'identity' | 'gzip', boolean][] = [
    ['breaks off what content-length promised', { cutAfter: 1000 }, 'identity', false],
    ['breaks off between chunks', { cutAfter: 1000, framing: 'chunked' }, 'identity', false],
    ['gives a short answer in a whole frame', { cutAfter: 1000, framing: 'short' }, 'identity', true],
    ['breaks off a compressed answer', { cutAfter: 1000 }, 'gzip', false],
    ['gives a short compressed answer in a whole frame', { cutAfter: 1000, framing: 'short' }, 'gzip', true],
  ]
  for (const [what, fault, encoding, complete] of cuts) {
    it(`cutAfter ${what}`, async () => {
      const intact = await received(encoding)
      assert.ok(intact.complete)
      sandbox.faults.set({ requests: [fault] })
      const cut = await received(encoding)
      assert.equal(cut.complete, complete)
      assert.deepEqual(cut.body.length, 1000)
      if (encoding === 'gzip') {
        assert.equal(cut.headers['content-encoding'], 'gzip')
        assert.throws(() => gunzipSync(cut.body))
        assert.doesNotThrow(() => gunzipSync(intact.body))
      }
      if (fault.framing === 'chunked') assert.equal(cut.headers['transfer-encoding'], 'chunked')
      if (fault.framing === undefined) assert.ok(Number(cut.headers['content-length']) > 1000)
    })
  }

  it('late hides a composition that is committed, until it is taken back', async () => {
    const { population } = sandbox
    const uid = population.uidAt(5)
    const path = `${sandbox.baseUrl}/ehr/${population.ehrIdAt(population.ehrAt(5))}/composition/${uid}`
    const seen = async () => (await ask(sandbox, `SELECT COUNT(*) ${compositions} WHERE v/uid/value = '${uid}'`)).rows
    sandbox.faults.set({ late: [uid] })
    assert.deepEqual(await seen(), [[0]])
    assert.equal((await fetch(path)).status, 404)
    sandbox.faults.set({ late: [] })
    assert.deepEqual(await seen(), [[1]])
    assert.equal((await fetch(path)).status, 200)
  })

  it('poison fails every page that holds such a composition whole, and no other', async () => {
    const { population } = sandbox
    const uids = (await ask(sandbox, light)).rows.map(([uid]) => String(uid).slice(0, 36))
    const [poisoned = ''] = uids
    sandbox.faults.set({ poison: [poisoned] })
    assert.equal(await status(whole), 500)
    assert.equal(await status(light), 200)
    assert.equal(await status(whole.replace('ORDER', `WHERE v/uid/value > '${poisoned}' ORDER`)), 200)
    const ehrId = population.ehrIdAt(population.ehrAt(population.indexOf(poisoned) ?? -1))
    assert.equal((await fetch(`${sandbox.baseUrl}/ehr/${ehrId}/composition/${poisoned}`)).status, 400)
  })

  it('tooManyRows fails pages that are too long, or never answers them', async () => {
    const page = (limit: number) => light.replace('LIMIT 20', `LIMIT ${limit}`)
    sandbox.faults.set({ tooManyRows: { over: 10, answer: 504 } })
    assert.deepEqual([await status(page(10)), await status(page(11))], [200, 504])
    sandbox.faults.set({ tooManyRows: { over: 10, answer: 'never' } })
    const url = `${sandbox.baseUrl}/query/aql?${new URLSearchParams({ q: page(11) })}`
    await assert.rejects(fetch(url, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' })
  })

  it('board is open to other processes', async () => {
    const board = `${sandbox.url}/sandbox/faults`
    await fetch(board, { method: 'PUT', body: JSON.stringify({ requests: [{ status: 500 }] }) })
    assert.equal(await status(), 500)
    assert.deepEqual(await (await fetch(board)).json(), { requests: [{ status: 500 }] })
  })
})

describe('the count of requests', () => {
  it('is kept by method and path, ids left out, and starts over when told', async () => {
    const sandbox = await startSandbox({ compositions: 4 })
    try {
      await ask(sandbox, light)
      await ask(sandbox, light)
      await fetch(`${sandbox.baseUrl}/ehr/${sandbox.population.ehrIdAt(0)}`)
      const counts = async () => (await fetch(`${sandbox.url}/sandbox/requests`)).json()
      assert.deepEqual(await counts(), { total: 3, byPath: { 'POST /query/aql': 2, 'GET /ehr/{id}': 1 } })
      await fetch(`${sandbox.url}/sandbox/requests`, { method: 'DELETE' })
      assert.deepEqual(await counts(), { total: 0, byPath: {} })
    } finally {
      await sandbox.stop()
    }
  })
})
