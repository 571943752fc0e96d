import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome } from '../src/home.js'
import { demo } from '../src/index.js'

describe('npm start', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'openehr-demo-'))
    // PostgreSQL does not run as root, so another account must get in.
    chmodSync(folder, 0o755)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const run = async (more = 0): Promise<string> => {
    const said: string[] = []
    const code = await demo({
      folder,
      fresh: false,
      compositions: 200,
      more,
      stay: false,
      signal: new AbortController().signal,
      say: text => said.push(text),
      screen: { write: text => said.push(text) },
    })
    assert.equal(code, 0, said.join(''))
    return said.join('')
  }

  it('lands every composition, and answers questions about them', async () => {
    const said = await run()
    assert.match(said, /compositions: 200 new\n/)
    assert.match(said, /^ {2}compositions +200 /m)
    assert.match(said, /^ {2}vital_signs\.v1 +\d+ +\d+ +20\d\d-\d\d-\d\d$/m)
    assert.match(said, /mm\[Hg\]\n {2}[0-9a-f-]{36} +20\d\d-\d\d-\d\d +\d{3}$/m)
    assert.match(said, /clinician +documents +patients\n {2}\p{L}+ /mu)
  })

  it('says that nothing has changed when it is run again, and reads only what is filed then', async () => {
    const said = await run(20)
    assert.match(said, /Nothing has changed since the last sync/)
    assert.match(said, /The ward has filed 18 new compositions and corrected 2\./)
    assert.match(said, /compositions: 18 new, 2 changed/)
    assert.match(said, /^ {2}compositions +218 /m)
  })

  it("reads anew, and doubles nothing, when somebody else has the sandbox's port", async () => {
    const port = await (await openHome(folder, false)).sandboxPort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const said = await run().finally(() => other.close())
    assert.match(said, /compositions: 0 new, 200 changed or read again/)
    assert.match(said, /^ {2}compositions +218 /m)
  })
})
