import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepState, NOTHING } from '../src/state-content.js'
import { openStateFile } from '../src/state-file.js'
import { stateKeeper } from '../src/state-keeper.js'

describe('The state file', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openehr-sync-state-'))
    path = join(folder, 'state.json')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is held by one sync at a time', async () => {
    const first = await openStateFile(path)
    await assert.rejects(openStateFile(path), /Another sync holds this state file/)
    await first.close()
    await (await openStateFile(path)).close()
  })

  it('holds a whole content at every moment in which it is written', async () => {
    const file = await openStateFile(path)
    await file.save(NOTHING)
    let writing = true
    const write = async () => {
      try {
        for (let id = 1; id <= 50; id++) await file.save({ ...NOTHING, sync_id: id })
      } finally {
        writing = false
      }
    }
    const seen = new Set<number>()
    const look = async () => {
      while (writing) {
        seen.add((JSON.parse(readFileSync(path, 'utf8')) as { sync_id: number }).sync_id)
        await new Promise(setImmediate)
      }
    }
    await Promise.all([write(), look()])
    await file.close()
    assert.ok(seen.size > 1)
  })

  it('leaves no draft behind when it cannot be replaced, and says so', async () => {
    const file = await openStateFile(path)
    mkdirSync(path)
    await assert.rejects(file.save(NOTHING), /The state file .* cannot be written/)
    await file.close()
    assert.deepEqual(readdirSync(folder), ['state.json'])
  })

  it('is left alone when it was written by something else', async () => {
    for (const text of ['half a file', '{"version":2}', '"text"', 'null']) {
      writeFileSync(path, text)
      await assert.rejects(openStateFile(path), /no state file|was not written by openehr-sync/)
      assert.equal(readFileSync(path, 'utf8'), text)
      assert.deepEqual(readdirSync(folder), ['state.json'], 'the lock is given back')
    }
  })

  it('gets the newest of many states, and only when there is something new', async () => {
    const file = await openStateFile(path)
    const keeper = stateKeeper(file, file.content, () => assert.fail())
    const state = (upTo: number) => ({ stream: { stream_descriptor: { name: 'a' }, stream_state: { upTo } } })
    for (let upTo = 0; upTo < 1000; upTo++) keeper.keep(state(upTo))
    await keeper.flush()
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), keepState(NOTHING, state(999)))
    unlinkSync(path)
    await keeper.flush()
    await file.close()
    assert.deepEqual(readdirSync(folder), [])
  })
})
