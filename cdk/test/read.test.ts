import assert from 'node:assert/strict'
import { validateMessage } from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { ConfigError, runSource, type Source, TransientError } from '../src/index.js'
import { FakeProcess, files, story } from './fixtures/fake-process.js'
import { catalogOf, sourceOf } from './fixtures/letters.js'

const about = { name: 'source-letters', version: '1.2.3' }

async function read(source: Source<unknown>, catalog: unknown, state: unknown = []): Promise<FakeProcess> {
  const paths = files({ config: {}, catalog, state })
  const fake = new FakeProcess(['read', '--config', paths.config, '--catalog', paths.catalog, '--state', paths.state])
  await runSource(source, about, fake)
  return fake
}

describe('read', () => {
  it('says STARTED, RUNNING behind the first record, records and states, and COMPLETE behind the last state', async () => {
    const letters = sourceOf({
      a: async function* () {
        yield { stream: 'a', record: { n: 1 } }
        yield { stream: 'a', record: Buffer.from('{"n":2}') }
        yield { stream: 'a', state: { n: 2 } }
        yield { stream: 'a', record: { n: 3 } }
        yield { stream: 'a', state: { n: 3 } }
      },
    })
    const { messages, exitCode } = await read(letters, catalogOf('a'))
    assert.deepEqual(story(messages), [
      'STARTED a',
      'RECORD a {"n":1}',
      'RUNNING a',
      'RECORD a {"n":2}',
      'STATE a {"n":2} 2',
      'RECORD a {"n":3}',
      'STATE a {"n":3} 1',
      'COMPLETE a',
    ])
    assert.equal(exitCode, 0)
    assert.deepEqual(messages.flatMap(validateMessage), [])
  })

  it('writes the keys of a record in one order and the count of a state with a decimal point', async () => {
    const letters = sourceOf({
      a: async function* () {
        const change = { field: 'n', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' } as const
        yield { stream: 'a', record: { n: null }, changes: [change] }
        yield { stream: 'a', state: {} }
      },
    })
    const { out } = await read(letters, catalogOf('a'))
    assert.match(
      out,
      /^\{"type":"RECORD","record":\{"stream":"a","emitted_at":\d{13},"meta":\{"changes":\[\{"field":"n","change":"NULLED","reason":"SOURCE_RETRIEVAL_ERROR"\}\]\},"data":\{"n":null\}\}\}$/m,
    )
    assert.match(
      out,
      /^\{"type":"STATE","state":\{"type":"STREAM","stream":\{"stream_descriptor":\{"name":"a"\},"stream_state":\{\}\},"sourceStats":\{"recordCount":1\.0\}\}\}$/m,
    )
  })

  it('says RUNNING for a stream without records too', async () => {
    const empty = sourceOf({
      a: async function* () {
        yield { stream: 'a', state: { done: true } }
      },
    })
    const { messages } = await read(empty, catalogOf('a'))
    assert.deepEqual(story(messages), ['STARTED a', 'RUNNING a', 'STATE a {"done":true} 0', 'COMPLETE a'])
  })

  it('does not send a state twice unless records lie between', async () => {
    const quiet = sourceOf({
      a: async function* () {
        yield { stream: 'a', state: { n: 1 } }
        yield { stream: 'a', state: { n: 1 } }
        yield { stream: 'a', record: { n: 1 } }
        yield { stream: 'a', state: { n: 1 } }
      },
    })
    const { messages } = await read(quiet, catalogOf('a'))
    assert.deepEqual(
      story(messages).filter(line => line.startsWith('STATE')),
      ['STATE a {"n":1} 0', 'STATE a {"n":1} 1'],
    )
  })

  it('sends a state as it was when it was yielded', async () => {
    const reused = sourceOf({
      a: async function* () {
        const state = { n: 1 }
        yield { stream: 'a', state }
        state.n = 2
        yield { stream: 'a', state }
      },
    })
    const { messages } = await read(reused, catalogOf('a'))
    assert.deepEqual(
      story(messages).filter(line => line.startsWith('STATE')),
      ['STATE a {"n":1} 0', 'STATE a {"n":2} 0'],
    )
  })

  it('hands each stream the state of its last sync', async () => {
    const seen: unknown[] = []
    const letters = sourceOf({
      'a,b': async function* (_signal, selected) {
        seen.push(...selected.map(({ name, state }) => [name, state]))
        yield { stream: 'a', state: {} }
        yield { stream: 'b', state: {} }
      },
    })
    const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 'b' }, stream_state: { n: 7 } } }]
    await read(letters, catalogOf('a', 'b'), state)
    assert.deepEqual(seen, [
      ['a', undefined],
      ['b', { n: 7 }],
    ])
  })

  describe('when something fails', () => {
    const well = (name: string) =>
      async function* () {
        yield { stream: name, state: { done: true } }
      }

    it('reports the streams of a reader that throws, reads the others, and exits with 1', async () => {
      const letters = sourceOf({
        'a,b': async function* () {
          yield { stream: 'a', record: { n: 1 } }
          throw new TransientError('The server is down.')
        },
        c: well('c'),
      })
      const { messages, exitCode } = await read(letters, catalogOf('a', 'b', 'c'))
      assert.deepEqual(story(messages), [
        'STARTED a',
        'STARTED b',
        'RECORD a {"n":1}',
        'RUNNING a',
        'INCOMPLETE a',
        'transient_error a: The server is down.',
        'INCOMPLETE b',
        'transient_error b: The server is down.',
        'STARTED c',
        'RUNNING c',
        'STATE c {"done":true} 0',
        'COMPLETE c',
      ])
      assert.equal(exitCode, 1)
      assert.deepEqual(messages.flatMap(validateMessage), [])
    })

    it('lets a reader go on with its other streams when one of them fails', async () => {
      const letters = sourceOf({
        'a,b': async function* () {
          yield { stream: 'a', failure: new ConfigError('The template has no web template.') }
          yield { stream: 'b', state: { done: true } }
        },
      })
      const { messages, exitCode } = await read(letters, catalogOf('a', 'b'))
      assert.deepEqual(story(messages).slice(2), [
        'INCOMPLETE a',
        'config_error a: The template has no web template.',
        'RUNNING b',
        'STATE b {"done":true} 0',
        'COMPLETE b',
      ])
      assert.equal(exitCode, 1)
    })

    it('sends no state of a stream that has failed', async () => {
      const careless = sourceOf({
        a: async function* () {
          yield { stream: 'a', failure: new TransientError('Down.') }
          yield { stream: 'a', state: { done: true } }
        },
      })
      const { messages } = await read(careless, catalogOf('a'))
      assert.deepEqual(story(messages), ['STARTED a', 'INCOMPLETE a', 'transient_error a: Down.'])
    })

    it('takes an end without a state behind the last record for an error of our own', async () => {
      const hasty = sourceOf({
        a: async function* () {
          yield { stream: 'a', state: { n: 0 } }
          yield { stream: 'a', record: { n: 1 } }
        },
      })
      const { messages, exitCode } = await read(hasty, catalogOf('a'))
      const [incomplete, trace] = story(messages).slice(-2)
      assert.equal(incomplete, 'INCOMPLETE a')
      assert.match(trace ?? '', /^system_error a: .* ended without a state behind its last record\.$/)
      assert.equal(exitCode, 1)
    })

    it('reports a stream that the source does not have and reads the others', async () => {
      const { messages, exitCode } = await read(sourceOf({ a: well('a') }), catalogOf('nowhere', 'a'))
      assert.deepEqual(story(messages).slice(0, 3), [
        'INCOMPLETE nowhere',
        'config_error nowhere: The source has no stream nowhere. Refresh the schema of the connection, or deselect it.',
        'STARTED a',
      ])
      assert.equal(story(messages).at(-1), 'COMPLETE a')
      assert.equal(exitCode, 1)
    })

    it('reports a sync mode that a stream does not have and reads the others', async () => {
      const catalog = catalogOf('a', 'b')
      const [first, ...others] = catalog.streams
      const wish = { streams: [{ ...first, sync_mode: 'incremental' }, ...others] }
      const { messages, exitCode } = await read(sourceOf({ a: well('a'), b: well('b') }), wish)
      assert.deepEqual(story(messages).slice(0, 3), [
        'INCOMPLETE a',
        'config_error a: The stream a cannot be read as incremental: choose full_refresh.',
        'STARTED b',
      ])
      assert.equal(exitCode, 1)
    })

    it('reports once what keeps it from reading at all', async () => {
      const closed: Source<unknown> = {
        ...sourceOf({ a: well('a') }),
        open: async () => {
          throw new ConfigError('The server refused the password.')
        },
      }
      const { messages, exitCode } = await read(closed, catalogOf('a', 'b'))
      assert.deepEqual(story(messages), [
        'INCOMPLETE a',
        'INCOMPLETE b',
        'config_error -: The server refused the password.',
      ])
      assert.equal(exitCode, 1)
    })

    it('refuses a catalog that is none', async () => {
      const { messages, exitCode } = await read(sourceOf({}), { streams: [{ stream: { name: 'a' } }] })
      assert.match(story(messages).join(), /^config_error -: The configured catalog is not valid: \/streams\/0/)
      assert.equal(exitCode, 1)
    })
  })
})
