import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { cgroupMemory, type MemoryUse, watchMemory } from '../src/memory.js'

/** A folder with the files of a control group. */
function cgroup(contents: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'cgroup-'))
  mkdirSync(join(root, 'memory'))
  for (const [path, content] of Object.entries(contents)) writeFileSync(join(root, path), content)
  return root
}

describe('The memory of a control group', () => {
  it('is read from version 2', async () => {
    const root = cgroup({
      'memory.max': '1073741824\n',
      'memory.current': '900000000\n',
      'memory.stat': 'anon 700000000\nfile 200000000\nanon_thp 5\n',
    })
    assert.deepEqual(await cgroupMemory(root)(), { limit: 1073741824, used: 900000000, anonymous: 700000000 })
  })

  it('is read from version 1', async () => {
    const root = cgroup({
      'memory/memory.limit_in_bytes': '1073741824\n',
      'memory/memory.usage_in_bytes': '900000000\n',
      'memory/memory.stat': 'cache 1\nrss 2\ntotal_cache 200000000\ntotal_rss 700000000\n',
    })
    assert.deepEqual(await cgroupMemory(root)(), { limit: 1073741824, used: 900000000, anonymous: 700000000 })
  })

  it('has no limit when version 2 says max, version 1 a huge number, or neither is there', async () => {
    for (const contents of [
      { 'memory.max': 'max\n', 'memory.current': '1\n', 'memory.stat': 'anon 1\n' },
      {
        'memory/memory.limit_in_bytes': '9223372036854771712\n',
        'memory/memory.usage_in_bytes': '1\n',
        'memory/memory.stat': 'total_rss 1\n',
      },
      {},
    ])
      assert.equal(await cgroupMemory(cgroup(contents))(), undefined)
  })
})

describe('The memory guard', () => {
  it('calls once, when 95 % are used and most of it cannot be taken back', async () => {
    const uses: MemoryUse[] = [
      { limit: 1000, used: 940, anonymous: 940 },
      { limit: 1000, used: 999, anonymous: 300 },
      { limit: 1000, used: 950, anonymous: 900 },
      { limit: 1000, used: 999, anonymous: 999 },
    ]
    const called = await new Promise<MemoryUse>(resolve => {
      watchMemory(async () => uses.shift(), resolve, 1)
    })
    assert.deepEqual(called, { limit: 1000, used: 950, anonymous: 900 })
    assert.equal(uses.length, 1)
  })

  it('looks no more where there is no limit', async () => {
    let looks = 0
    watchMemory(
      async () => {
        looks++
        return undefined
      },
      () => assert.fail('nothing is exhausted'),
      1,
    )
    await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(looks, 1)
  })
})
