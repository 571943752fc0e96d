import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { readCatalog } from '../src/catalog.js'
import { ConfigError } from '../src/errors.js'
import { files } from './fixtures/fake-process.js'
import { catalogOf } from './fixtures/letters.js'

const readFrom = (catalog: unknown) => readCatalog(files({ catalog }).catalog)

describe('A configured catalog', () => {
  it('is taken with members that nobody knows', async () => {
    assert.deepEqual(await readFrom({ ...catalogOf('a'), new: true }), { ...catalogOf('a'), new: true })
  })

  it('is refused when a stream is named twice', async () => {
    await assert.rejects(
      readFrom(catalogOf('a', 'b', 'a')),
      new ConfigError('The configured catalog names the stream a twice.'),
    )
  })

  it('is refused with the place of what is wrong', async () => {
    const [stream] = catalogOf('a').streams
    await assert.rejects(
      readFrom({ streams: [{ ...stream, sync_mode: 'INVALID' }] }),
      error => error instanceof ConfigError && error.message.includes('/streams/0/sync_mode'),
    )
  })
})
