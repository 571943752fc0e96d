import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { Secrets, secretValues } from '../src/secrets.js'

const hiding = (...values: string[]) => {
  const secrets = new Secrets()
  for (const value of values) secrets.add(value)
  return secrets
}

describe('Secrets', () => {
  it('are hidden as they are, URL-encoded, and escaped as in JSON', () => {
    const secrets = hiding('p&ss "word"')
    assert.equal(secrets.mask('plain p&ss "word"!'), 'plain ****!')
    assert.equal(secrets.mask(`?q=${encodeURIComponent('p&ss "word"')}&x=1`), '?q=****&x=1')
    assert.equal(secrets.mask(`${new URLSearchParams({ q: 'p&ss "word"', x: '1' })}`), 'q=****&x=1')
    assert.equal(secrets.mask(JSON.stringify({ q: 'p&ss "word"' })), '{"q":"****"}')
  })

  it('are hidden in base64, also as the password of a Basic login with any username', () => {
    const secrets = hiding('correct horse')
    assert.equal(secrets.mask(`(${Buffer.from('correct horse').toString('base64')})`), '(****)')
    for (const username of ['a', 'ab', 'abc', 'abcd']) {
      const header = Buffer.from(`${username}:correct horse`).toString('base64')
      const left = secrets.mask(header).replace('****', '')
      assert.doesNotMatch(Buffer.from(left, 'base64').toString(), /orrect|hors/)
      assert.ok(secrets.mask(header).includes('****'), username)
    }
  })

  it('leave no remainder where they overlap, whichever was added first', () => {
    for (const secrets of [hiding('abcdef', 'defghi'), hiding('defghi', 'abcdef')])
      assert.equal(secrets.mask('<abcdefghi>'), '<****>')
    for (const secrets of [hiding('secret', 'secret-2'), hiding('secret-2', 'secret')])
      assert.equal(secrets.mask('<secret-2>'), '<****>')
  })

  it('shorter than four characters are left, for messages would become unreadable', () => {
    assert.equal(hiding('443', '').mask('port 443'), 'port 443')
  })

  it('may be anything: none of them is seen in a text that held it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 4, unit: 'binary' })), fc.string(), fc.string(), (values, a, b) => {
        const secrets = hiding(...values)
        for (const value of values) {
          const masked = secrets.mask(`${a}${value}${b}`)
          assert.ok(masked.includes('****'))
          if (!/^\*+$/.test(value) && !`${a}****${b}`.includes(value)) assert.ok(!masked.includes(value))
        }
      }),
    )
  })
})

describe('The secret values of a configuration', () => {
  const secret = { type: 'string', airbyte_secret: true }
  const schema = {
    type: 'object',
    properties: {
      url: { type: 'string' },
      authentication: {
        type: 'object',
        oneOf: [
          { properties: { method: { const: 'basic' }, username: { type: 'string' }, password: secret } },
          { properties: { method: { const: 'oauth2' }, client_secret: secret } },
        ],
      },
      tokens: { type: 'array', items: { type: 'object', properties: { token: secret } } },
      pin: { type: 'integer', airbyte_secret: true },
    },
  }

  it('are found at the top, in every branch of a choice, and in the items of an array', () => {
    const config = {
      url: 'https://example.org',
      authentication: { method: 'basic', username: 'ada', password: 'one', client_secret: 'two' },
      tokens: [{ token: 'three' }, { token: 'four' }],
      pin: 12345,
    }
    assert.deepEqual([...secretValues(schema, config)], ['one', 'two', 'three', 'four', '12345'])
  })

  it('are found in a configuration that is not valid, whatever stands there', () => {
    assert.deepEqual(
      [...secretValues(schema, { authentication: { password: ['one', { deep: 'two' }, null] } })],
      ['one', 'two'],
    )
    for (const config of [undefined, null, 'text', []]) assert.deepEqual([...secretValues(schema, config)], [])
  })
})
