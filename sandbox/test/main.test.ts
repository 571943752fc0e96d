import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, it } from 'mocha'
import { ask, compositions, post } from './ask.js'

const main = fileURLToPath(new URL('../src/main.js', import.meta.url))

describe('openehr-sandbox', () => {
  let child: ChildProcess
  afterEach(() => child.kill('SIGKILL'))

  async function start(...args: string[]): Promise<{ baseUrl: string; line: string }> {
    child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (!child.stdout) throw new Error('no stdout')
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return { baseUrl: /http:\S+/.exec(line)?.[0] ?? '', line }
  }

  it('says in one line where it is, and ends at a signal', async () => {
    const { baseUrl, line } = await start(
      '--compositions',
      '12',
      '--ehrs',
      '3',
      '--seed',
      '9',
      '--auth-basic',
      'ann:pw',
    )
    assert.match(
      line,
      /^openEHR sandbox at http:\/\/127\.0\.0\.1:\d+\/ehrbase\/rest\/openehr\/v1 with 12 compositions in 3 EHRs \(seed 9\)$/,
    )
    const q = `SELECT COUNT(*) ${compositions}`
    assert.equal((await post({ baseUrl }, { q })).status, 401)
    const authorization = `Basic ${Buffer.from('ann:pw').toString('base64')}`
    assert.equal((await post({ baseUrl }, { q }, { authorization })).status, 200)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  it('holds a million compositions in less than half a gigabyte', async function () {
    if (process.platform !== 'linux') this.skip()
    const { baseUrl } = await start('--compositions', '1000000')
    const page = `SELECT v/uid/value, c ${compositions} WHERE v/uid/value > '7f000000-0000-4000-8000-000000000000' ORDER BY v/uid/value LIMIT 500`
    assert.equal((await ask({ baseUrl }, page)).rows.length, 500)
    assert.ok(peakMegabytes(child.pid) < 500)
  })
})

function peakMegabytes(pid: number | undefined): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(peak) / 1000
}
