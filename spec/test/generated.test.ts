import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'mocha'

const room = fileURLToPath(new URL('../..', import.meta.url))
const check = (folder: string) =>
  spawnSync(process.execPath, [join(folder, 'generate.mjs'), '--check'], { encoding: 'utf8' })

describe('What is generated', () => {
  it('is what the schemas give', () => {
    const { status, stderr } = check(room)
    assert.equal(stderr, '')
    assert.equal(status, 0)
  })

  it('is found out by name when it is stale', () => {
    const copy = mkdtempSync(join(room, 'dist', 'stale-'))
    try {
      cpSync(join(room, 'generate.mjs'), join(copy, 'generate.mjs'))
      cpSync(join(room, 'src'), join(copy, 'src'), { recursive: true })
      appendFileSync(join(copy, 'src', 'generated', 'protocol.ts'), '// by hand\n')
      rmSync(join(copy, 'src', 'generated', 'source-openehr.validate.ts'))
      const { status, stderr } = check(copy)
      assert.deepEqual(stderr.match(/generated\/\S+/g), [
        'generated/protocol.ts',
        'generated/source-openehr.validate.ts',
      ])
      assert.equal(status, 1)
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  it('needs no package at run time', () => {
    const folder = join(room, 'dist', 'src', 'generated')
    const validators = readdirSync(folder).filter(name => name.endsWith('.validate.js'))
    assert.equal(validators.length, 3)
    for (const name of validators)
      assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /\bimport\b|\brequire\(/)
  })
})
