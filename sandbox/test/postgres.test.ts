import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, it } from 'mocha'
import pg from 'pg'
import { missingLinks } from '../src/postgres/binaries.js'
import { type Postgres, startPostgres } from '../src/postgres.js'

async function query(postgres: { url: string }, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function isListening({ host, port }: { host: string; port: number }): Promise<boolean> {
  const server = createServer()
  const bound = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false)).listen(port, host, () => resolve(true))
  })
  server.close()
  return !bound
}

describe('startPostgres', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'startPostgres-'))
    chmodSync(folder, 0o755)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('gives a PostgreSQL 18 with a database of its own, and leaves neither process nor folder behind', async () => {
    const postgres = await startPostgres({ user: 'ann', password: 'p@ss/word', database: 'Clinic' })
    const [row] = await query(postgres, 'select current_user, current_database(), version()')
    assert.equal(row?.current_user, 'ann')
    assert.equal(row?.current_database, 'Clinic')
    assert.match(String(row?.version), /^PostgreSQL 18/)
    assert.ok(await isListening(postgres))
    await postgres.stop()
    assert.equal(await isListening(postgres), false)
    assert.equal(existsSync(postgres.dataDir), false)
  })

  it('knows Unicode letters and sorts by code point, whatever the locale of the machine', async () => {
    const postgres = await startPostgres()
    try {
      const [row] = await query(postgres, `select lower('ÄÖ') as lower, 'Z' < 'a' as by_code_point`)
      assert.deepEqual(row, { lower: 'äö', by_code_point: true })
    } finally {
      await postgres.stop()
    }
  })

  it('finds its data and credentials again in a folder that it initialised before', async () => {
    const dataDir = join(folder, 'data')
    const first = await startPostgres({ dataDir })
    await query(first, 'create table kept as select 42 as answer')
    await first.stop()
    const second = await startPostgres({ dataDir })
    try {
      assert.deepEqual(await query(second, 'select answer from kept'), [{ answer: 42 }])
      assert.equal(second.password, first.password)
      assert.deepEqual(await query(second, 'show fsync'), [{ fsync: 'on' }])
    } finally {
      await second.stop()
    }
  })

  it('starts over a lock file whose process number belongs to somebody else now', async () => {
    const dataDir = join(folder, 'data')
    const first = await startPostgres({ dataDir })
    await first.stop()
    writeFileSync(join(first.dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n`)
    const second = await startPostgres({ dataDir })
    await second.stop()
  })

  it('refuses a folder that was made with other credentials', async () => {
    const dataDir = join(folder, 'data')
    await (await startPostgres({ dataDir, database: 'one' })).stop()
    await assert.rejects(startPostgres({ dataDir, database: 'two' }), /another database/)
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`ends when the process that started it ends by ${signal}`, async () => {
      const module = new URL('../src/index.js', import.meta.url).href
      const script = `const { startPostgres } = await import('${module}'); const p = await startPostgres()
        console.log(JSON.stringify(p)); setInterval(() => {}, 1000)`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const postgres = JSON.parse(line) as Postgres
      assert.ok(await isListening(postgres))
      child.kill(signal)
      for (let waits = 0; existsSync(postgres.dataDir) && waits < 100; waits++) await setTimeout(50)
      assert.equal(existsSync(postgres.dataDir), false)
      assert.equal(await isListening(postgres), false)
    })
  }

  it('names the library links that an install script which did not run leaves out', () => {
    mkdirSync(join(folder, 'native', 'lib'), { recursive: true })
    const link = (name: string) => ({ source: `native/lib/${name}.1`, target: `native/lib/${name}` })
    writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify([link('libicuuc.so'), link('libpq.so')]))
    assert.deepEqual(missingLinks(folder), ['native/lib/libicuuc.so', 'native/lib/libpq.so'])
    writeFileSync(join(folder, 'native', 'lib', 'libpq.so'), '')
    assert.deepEqual(missingLinks(folder), ['native/lib/libicuuc.so'])
  })
})
