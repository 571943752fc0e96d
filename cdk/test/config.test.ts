// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference in a configuration looks like this
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { readConfig, resolveReferences } from '../src/config.js'
import { ConfigError } from '../src/errors.js'
import { files } from './fixtures/fake-process.js'

describe('A configuration', () => {
  it('may refer to the environment in any of its texts', () => {
    const config = { url: 'https://${HOST}:${PORT}/', list: [{ password: '${PASSWORD}' }], port: 1, none: null }
    assert.deepEqual(resolveReferences(config, { HOST: 'ehr.example.org', PORT: '8080', PASSWORD: '$& ${HOST}' }), {
      url: 'https://ehr.example.org:8080/',
      list: [{ password: '$& ${HOST}' }],
      port: 1,
      none: null,
    })
  })

  it('may hold a literal reference by a second dollar sign, and dollar signs that are none', () => {
    assert.deepEqual(resolveReferences(['$${HOST}', '$HOST', '${', '${}', '${not a name}'], {}), [
      '${HOST}',
      '$HOST',
      '${',
      '${}',
      '${not a name}',
    ])
  })

  it('is refused when it refers to a variable that is not set, naming the variable and the place', () => {
    assert.throws(
      () => resolveReferences({ hosts: [{ password: 'my ${EHR_PASSWORD}' }] }, {}),
      new ConfigError('hosts[0].password refers to the environment variable EHR_PASSWORD, which is not set.'),
    )
    assert.deepEqual(resolveReferences('${EMPTY}', { EMPTY: '' }), '')
  })

  it('finds variables in a .env file beside it, but the environment wins', async () => {
    const { config } = files({ config: { a: '${A}', b: '${B}' }, '.env': '# secrets\nA=from file\nB="from file"\n' })
    assert.deepEqual(await readConfig(config, { B: 'from environment' }), { a: 'from file', b: 'from environment' })
  })

  it('is refused when the file is missing or no JSON, without its content', async () => {
    const { config } = files({ config: '{"password": "hunter2"' })
    await assert.rejects(readConfig(config, {}), error => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.message, `The file ${config} given with --config is not valid JSON.`)
      assert.equal(error.cause, undefined)
      return true
    })
    await assert.rejects(
      readConfig(`${config}.missing`, {}),
      new ConfigError(`The file ${config}.missing given with --config does not exist.`),
    )
  })
})
