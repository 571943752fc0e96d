import assert from 'node:assert/strict'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'mocha'
import { openConnections } from '../src/connect.js'
import { postgresDestination } from '../src/index.js'
import { inTransaction } from '../src/transaction.js'
import { configFor, connected, emptySchema, listening, record, sql, stream } from './database.js'

const schema = 'transactions'
const signal = new AbortController().signal
const attempt = { doing: 'write' }

/** A way to the server that can be cut: at once, or just before the server's answer to the next COMMIT. */
const cuttable = async () => {
  const { host, port } = await configFor(schema)
  const sockets = new Set<Socket>()
  let cutAtCommit = false
  let cuts = 0
  const server: Server = createServer(client => {
    const upstream = dial(port, host)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', bytes => {
      // CommandComplete of the COMMIT: the client never sees it.
      if (cutAtCommit && bytes.includes('COMMIT\0')) {
        cutAtCommit = false
        cuts++
        client.destroy()
      } else client.write(bytes)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    cutAnswerToCommit: () => {
      cutAtCommit = true
    },
    cutNow: () => {
      for (const socket of sockets) socket.destroy()
    },
    cuts: () => cuts,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('a batch', () => {
  let way: Awaited<ReturnType<typeof cuttable>>
  before(async () => {
    await emptySchema(schema)
    way = await cuttable()
  })
  after(() => way.close())

  const count = async (table: string) => (await sql(`SELECT FROM ${schema}.${table}`)).length

  const writerOf = async (configured: ReturnType<typeof stream>) => {
    const sink = await postgresDestination(undefined).open(
      { ...(await configFor(schema)), port: way.port },
      listening(),
    )
    return { sink, writer: await sink.writer(configured) }
  }

  it('is there once when its COMMIT took place and the answer was lost', async () => {
    const { sink, writer } = await writerOf(stream('once', { id: { type: 'integer' } }))
    way.cutAnswerToCommit()
    await writer.write([record({ id: 1 }), record({ id: 2 })], signal)
    assert.equal(way.cuts(), 1)
    assert.equal(await count('once'), 2)
    await writer.write([record({ id: 3 })], signal)
    assert.equal(await count('once'), 3)
    await sink.close()
  })

  it('is there once when the connection is lost before', async () => {
    const { sink, writer } = await writerOf(stream('lost', { id: { type: 'integer' } }))
    way.cutNow()
    await writer.write([record({ id: 1 })], signal)
    assert.equal(await count('lost'), 1)
    await sink.close()
  })

  it('is there once when its backend is terminated in the middle of it', async () => {
    const connections = openConnections(await configFor(schema))
    await sql(`CREATE TABLE ${schema}.killed (n integer)`)
    let tries = 0
    await inTransaction(connections, attempt, signal, async client => {
      tries++
      await client.query(`INSERT INTO ${schema}.killed VALUES (1)`)
      if (tries === 1) await client.query('SELECT pg_terminate_backend(pg_backend_pid())')
    })
    assert.deepEqual([tries, await count('killed')], [2, 1])
    await connections.close()
  })

  it('is tried again after a deadlock or a serialization failure, and not after an error that stays', async () => {
    const connections = openConnections(await configFor(schema))
    const triesFor = async (code: string) => {
      let tries = 0
      await inTransaction(connections, attempt, signal, async client => {
        tries++
        if (tries === 1) await client.query(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${code}'; END $$`)
      }).catch(() => {})
      return tries
    }
    assert.deepEqual([await triesFor('40P01'), await triesFor('40001'), await triesFor('53300')], [2, 2, 2])
    assert.deepEqual([await triesFor('22P02'), await triesFor('42501'), await triesFor('08P01')], [1, 1, 1])
    await connections.close()
  })

  it('that the server refuses is an error of ours that names the place and never the value', async () => {
    const { sink, writer } = await writerOf(stream('refused', { doc: { type: 'object' } }))
    const huge = record('{"doc":{"a":"SECRET","n":1e200000}}')
    await assert.rejects(writer.write([record({ doc: {} }), huge], signal), (error: Error) => {
      assert.equal(error.name, 'Error')
      assert.equal(error.message, 'Could not write to transactions.refused: PostgreSQL refused it.')
      assert.match(String(error.cause), /SQLSTATE 22003, row 2 of the batch, column doc$/)
      assert.doesNotMatch(`${error.stack} ${(error.cause as Error).stack}`, /SECRET/)
      return true
    })
    assert.equal(await count('refused'), 0)
    await writer.write([record({ doc: {} })], signal)
    assert.equal(await count('refused'), 1)
    await sink.close()
  })

  it('is given up while it waits for a lock that somebody holds', async () => {
    const { sink, writer } = await writerOf(stream('locked', { id: { type: 'integer' } }))
    await connected(async client => {
      await client.query(`BEGIN; LOCK TABLE ${schema}.locked`)
      const stop = new AbortController()
      const writing = writer.write([record({ id: 1 })], stop.signal)
      const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = '${schema}.locked'::regclass`
      while ((await client.query(waiting)).rowCount === 0) await new Promise(setImmediate)
      stop.abort()
      await assert.rejects(writing, { name: 'TransientError' })
    })
    assert.equal(await count('locked'), 0)
    await sink.close()
  })

  it('is given up when it is told to, and nothing of it stays', async () => {
    const { sink, writer } = await writerOf(stream('stopped', { id: { type: 'integer' } }))
    await assert.rejects(writer.write([record({ id: 1 })], AbortSignal.abort()), { name: 'AbortError' })
    assert.equal(await count('stopped'), 0)
    await sink.close()
  })
})

describe('connections', () => {
  let connections: ReturnType<typeof openConnections>
  beforeEach(async () => {
    connections = openConnections(await configFor('public', 2))
  })

  it('are lent to no more at once than the limit, and the others wait', async () => {
    let [lent, most] = [0, 0]
    const borrow = () =>
      connections.lend(async client => {
        lent++
        most = Math.max(most, lent)
        await client.query('SELECT pg_sleep(0.01)')
        lent--
      })
    await Promise.all(Array.from({ length: 12 }, borrow))
    assert.equal(most, 2)
    await connections.close()
  })

  it('are replaced when they die while nobody uses them', async () => {
    const pid = () =>
      connections.lend(
        async client => (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid,
      )
    const first = await pid()
    assert.equal(await pid(), first)
    await connected(client => client.query('SELECT pg_terminate_backend($1, 5000)', [first]))
    await new Promise(resolve => setTimeout(resolve, 50))
    assert.notEqual(await pid(), first)
    await connections.close()
  })
})
