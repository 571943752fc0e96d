import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import type { Client } from 'pg'
import { COPY_HEADER, COPY_TRAILER, CopyIn } from '../src/copy.js'
import { connected, emptySchema, sql } from './database.js'

const COPY = 'COPY copying.numbers FROM STDIN (FORMAT binary)'

/** A CopyData message. */
const message = (body: Buffer): Buffer => {
  const head = Buffer.from([0x64, 0, 0, 0, 0])
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** Rows of (integer, text): `width` bytes of text each. A length of 3 for the integer is what the server refuses. */
const rows = (count: number, { integerLength = 4, width = 1000 } = {}): Buffer => {
  const one = Buffer.alloc(2 + 4 + integerLength + 4 + width, 'x')
  one.writeInt16BE(2, 0)
  one.writeInt32BE(integerLength, 2)
  one.fill(0, 6, 6 + integerLength)
  one.writeInt32BE(width, 6 + integerLength)
  return Buffer.concat(Array.from({ length: count }, () => one))
}

const header = message(COPY_HEADER)
const trailer = message(COPY_TRAILER)

const begun = async (client: Client): Promise<CopyIn> => {
  const copy = new CopyIn(COPY)
  client.query(copy)
  await copy.started
  await copy.write(header)
  return copy
}

/** Writes on until the copy fails, as a batch would. */
const writeUntilFailure = async (copy: CopyIn): Promise<unknown> => {
  const chunk = message(rows(200))
  for (let i = 0; i < 1000; i++) {
    try {
      await copy.write(chunk)
    } catch (error) {
      return error
    }
  }
  return undefined
}

const count = async () => Number((await sql<{ n: string }>('SELECT count(*) AS n FROM copying.numbers'))[0]?.n)

describe('CopyIn', () => {
  before(async () => {
    await emptySchema('copying')
    await sql('CREATE TABLE copying.numbers (n integer, t text)')
  })

  it('lands rows, and the connection goes on', () =>
    connected(async client => {
      const copy = await begun(client)
      for (let i = 0; i < 50; i++) await copy.write(message(rows(200)))
      await copy.write(trailer)
      await copy.end()
      assert.equal(await count(), 10_000)
      await client.query('TRUNCATE copying.numbers')
    }))

  it('rejects when the server refuses the statement', () =>
    connected(async client => {
      const copy = new CopyIn('COPY copying.nowhere FROM STDIN')
      client.query(copy)
      await assert.rejects(copy.started, { code: '42P01' })
      await assert.rejects(copy.write(header), { code: '42P01' })
    }))

  it('rejects when the server refuses a row while more is on its way; the connection goes on with a clean copy', () =>
    connected(async client => {
      for (let i = 0; i < 3; i++) {
        const copy = await begun(client)
        await copy.write(message(rows(100)))
        await copy.write(message(rows(1, { integerLength: 3 })))
        assert.equal((await writeUntilFailure(copy)) instanceof Error, true)
        await assert.rejects(copy.finished, { code: '08P01' })
      }
      const clean = await begun(client)
      await clean.write(message(rows(5)))
      await clean.write(trailer)
      await clean.end()
      assert.equal(await count(), 5)
      await client.query('TRUNCATE copying.numbers')
    }))

  it('rejects when the backend is terminated in the middle, and no row stays', () =>
    connected(async client => {
      const { rows: own } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const copy = await begun(client)
      await copy.write(message(rows(100)))
      await sql(`SELECT pg_terminate_backend(${own[0]?.pid})`)
      assert.equal((await writeUntilFailure(copy)) instanceof Error, true)
      await assert.rejects(copy.finished)
      assert.equal(await count(), 0)
    }))

  it('rejects when the socket is destroyed in the middle, and no row stays', () =>
    connected(async client => {
      const copy = await begun(client)
      await copy.write(message(rows(100)))
      client.connection.stream.destroy()
      assert.equal((await writeUntilFailure(copy)) instanceof Error, true)
      await assert.rejects(copy.finished)
      assert.equal(await count(), 0)
    }))

  it('makes the writer wait while the server does not read', () =>
    connected(async client => {
      const copy = await begun(client)
      client.connection.stream.cork()
      let taken = false
      const written = copy.write(message(rows(1))).then(() => {
        taken = true
      })
      await new Promise(setImmediate)
      assert.equal(taken, false)
      client.connection.stream.uncork()
      await written
      assert.equal(taken, true)
    }))
})
