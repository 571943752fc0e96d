import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { parseCommand } from '../src/command.js'

const about = { name: 'source-letters', version: '1.2.3' }
const source = (...argv: string[]) => parseCommand(argv, about, 'source')
const destination = (...argv: string[]) => parseCommand(argv, about, 'destination')

describe('The command line', () => {
  it('of a source knows spec, check, discover and read', () => {
    assert.deepEqual(source('spec'), { name: 'spec' })
    assert.deepEqual(source('check', '--config', 'c'), { name: 'check', config: 'c' })
    assert.deepEqual(source('discover', '--config=c'), { name: 'discover', config: 'c' })
    assert.deepEqual(source('read', '--config', 'c', '--catalog', 'k'), { name: 'read', config: 'c', catalog: 'k' })
    assert.deepEqual(source('read', '--state', 's', '--catalog', 'k', '--config', '7'), {
      name: 'read',
      config: '7',
      catalog: 'k',
      state: 's',
    })
  })

  it('of a destination knows spec, check and write', () => {
    assert.deepEqual(destination('spec'), { name: 'spec' })
    assert.deepEqual(destination('check', '--config', 'c'), { name: 'check', config: 'c' })
    assert.deepEqual(destination('write', '--config', 'c', '--catalog', 'k'), {
      name: 'write',
      config: 'c',
      catalog: 'k',
    })
  })

  it('shows the usage when asked for', () => {
    const help = source('--help')
    assert.ok('usage' in help && !help.mistaken)
    for (const command of ['spec', 'check', 'discover', 'read'])
      assert.match(help.usage, new RegExp(`letters ${command}`))
    assert.deepEqual(source('--version'), { usage: '1.2.3', mistaken: false })
  })

  for (const [argv, complaint] of [
    [[], /Name one command/],
    [['write', '--config', 'c', '--catalog', 'k'], /Unknown/],
    [['check'], /Missing required argument: config/],
    [['check', '--config'], /Not enough arguments following: config/],
    [['read', '--config', 'c'], /Missing required argument: catalog/],
    [['spec', '--colour'], /Unknown argument: colour/],
    [['spec', 'twice'], /Unknown/],
  ] as const)
    it(`takes «${argv.join(' ')}» for a mistake and says why`, () => {
      const answer = source(...argv)
      assert.ok('usage' in answer && answer.mistaken)
      assert.match(answer.usage, complaint)
      assert.match(answer.usage, /source-letters/)
    })
})
