import assert from 'node:assert/strict'
import type { RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { after, before, describe, it } from 'mocha'
import nock from 'nock'
import { TimeoutError, TransientError } from '../../src/errors.js'
import { basic } from '../../src/http/index.js'
import { sleep } from '../../src/http/retry.js'
import { impatientClient, never, withServer } from './servers.js'

const text = JSON.stringify(Array.from({ length: 5000 }, (_, number) => ({ number })))
const zipped = gzipSync(text)
const request = { method: 'GET', path: '/' } as const
const at = (port: number) => `http://127.0.0.1:${port}`

/** Answers the first requests one by one, and all others with the whole text. */
const firstly =
  (...answers: ((response: ServerResponse) => void)[]): RequestListener =>
  (_, response) => {
    const answer = answers.shift()
    if (answer === undefined) response.end(text)
    else answer(response)
  }

const cut: Record<string, (response: ServerResponse) => void> = {
  'shorter than its Content-Length': response => {
    response.writeHead(200, { 'content-length': text.length })
    response.write(text.slice(0, 1000), () => response.destroy())
  },
  'that ends between two chunks': response => {
    response.writeHead(200)
    response.write(text.slice(0, 1000), () => response.destroy())
  },
  'whose gzip stream was cut before it was sent': response => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(zipped.subarray(0, zipped.length - 8))
  },
  'whose gzip stream is damaged': response => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(Buffer.from(zipped).fill(0, 100, 120))
  },
  'that never began': response => {
    response.destroy()
  },
}

describe('A connection', () => {
  // Loaded by another test, it takes the place of Node's sockets.
  before(() => nock.restore())
  after(() => nock.activate())

  for (const [kind, answer] of Object.entries(cut)) {
    it(`takes an answer ${kind} for a failure that may pass, never for a short one`, () =>
      withServer(firstly(answer), async port => {
        const { client } = impatientClient({ baseUrl: at(port), tries: 1 })
        await assert.rejects(client.send(request, never), TransientError)
        client.close()
      }))

    it(`tries again after an answer ${kind}`, () =>
      withServer(firstly(answer, answer), async port => {
        const { client, waits } = impatientClient({ baseUrl: at(port) })
        assert.equal((await client.send(request, never)).body.toString(), text)
        assert.deepEqual(waits, [500, 1000])
        client.close()
      }))
  }

  it('is kept for the next request', async () => {
    const ports = new Set<number | undefined>()
    const remember: RequestListener = (incoming, response) => {
      ports.add(incoming.socket.remotePort)
      response.end(text)
    }
    await withServer(remember, async port => {
      const { client } = impatientClient({ baseUrl: at(port) })
      for (let number = 0; number < 3; number++) await client.send(request, never)
      client.close()
    })
    assert.equal(ports.size, 1)
  })

  it('takes too long when the whole answer is not there in time, even if some of it keeps coming', () => {
    const trickle: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
    }
    return withServer(trickle, async port => {
      const { client, warnings } = impatientClient({ baseUrl: at(port), timeoutMs: 150, tries: 2 })
      await assert.rejects(client.send(request, never), (error: Error) => {
        assert.ok(error instanceof TimeoutError)
        assert.equal(error.message, `127.0.0.1:${port} did not answer within 0.15 s.`)
        return true
      })
      assert.equal(warnings.length, 1)
      client.close()
    })
  })

  it('ends at once when the signal aborts during a request', () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const abort = () => controller.abort(reason)
    return withServer(firstly(abort), async port => {
      const { client } = impatientClient({ baseUrl: at(port) })
      await assert.rejects(client.send(request, controller.signal), error => error === reason)
      await assert.rejects(client.send(request, controller.signal), error => error === reason)
      client.close()
    })
  })

  it('ends at once when the signal aborts between two tries', () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const busy = (response: ServerResponse) => {
      response.writeHead(503, { 'retry-after': '300' }).end()
      response.on('close', () => controller.abort(reason))
    }
    return withServer(firstly(busy), async port => {
      const { client } = impatientClient({ baseUrl: at(port), sleep })
      await assert.rejects(client.send(request, controller.signal), error => error === reason)
      client.close()
    })
  })

  it('names host and port of a server that does not answer, and nothing else', async () => {
    const authorization = basic('reader', 'hunter2')
    const path = '/ehr/7d44b88c-4199-4bad-97dc-d78268e01398'
    let free = 0
    await withServer(firstly(), async port => {
      free = port
    })
    const refused = impatientClient({ baseUrl: `http://127.0.0.1:${free}/rest`, authorization })
    await assert.rejects(refused.client.send({ method: 'GET', path }, never), (error: Error) => {
      assert.ok(error instanceof TransientError)
      assert.equal(
        error.message,
        `127.0.0.1:${free} could not be reached (ECONNREFUSED). Check host and port, and that the server is running.`,
      )
      // Not in its cause either: what axios throws holds the request.
      assert.doesNotMatch(inspect(error, { depth: 10 }), /hunter2|7d44b88c|authorization|cmVhZGVy/i)
      return true
    })
    assert.deepEqual(refused.waits, [500, 1000])

    const unknown = impatientClient({ baseUrl: 'https://ehr.invalid', tries: 1 })
    await assert.rejects(unknown.client.send(request, never), (error: Error) => {
      assert.ok(error instanceof TransientError)
      assert.match(
        error.message,
        /^ehr\.invalid:443 could not be reached \((ENOTFOUND|EAI_AGAIN)\)\. Check host and port/,
      )
      return true
    })
  })

  it('tells an answer that is not HTTP, and not what it was', async () => {
    const server = createServer(socket => socket.end('SSH-2.0-hunter2\r\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { client } = impatientClient({ baseUrl: at(port), tries: 1 })
    await assert.rejects(client.send(request, never), (error: Error) => {
      assert.ok(error instanceof TransientError)
      assert.match(error.message, /sent an answer that is not HTTP/)
      assert.equal(error.cause, undefined)
      return true
    })
    server.close()
  })

  it('goes through the proxy of the environment', async () => {
    const urls: (string | undefined)[] = []
    const proxy: RequestListener = ({ url }, response) => {
      urls.push(url)
      response.end(text)
    }
    await withServer(proxy, async port => {
      process.env.http_proxy = at(port)
      const { client } = impatientClient({ baseUrl: 'http://ehr.invalid/rest' })
      try {
        await client.send({ method: 'GET', path: '/query' }, never)
      } finally {
        delete process.env.http_proxy
        client.close()
      }
    })
    assert.deepEqual(urls, ['http://ehr.invalid/rest/query'])
  })
})
