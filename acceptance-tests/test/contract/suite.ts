import { after, before, describe } from 'mocha'
import { guardedRules } from './guarded.js'
import { pagingRules } from './paging.js'
import { queryRules } from './queries.js'
import { recordRules } from './records.js'
import { refusalRules } from './refusals.js'
import { templateRules } from './templates.js'
import { fill, type ServerUnderTest, type Start, type World } from './world.js'

/**
 * What the connectors rely on in an openEHR server, writes included. The sandbox is held to it as a real EHRbase is, so
 * that what is proven on the one holds on the other.
 *
 * @param start starts a server of its own
 */
export function contract(name: string, start: Start): void {
  describe(name, () => {
    describe('open to everybody', () => {
      const running = whileRunning(() => start())
      let world: World | undefined
      before(async () => {
        world = await fill(running())
      })
      const filled = (): World => {
        if (!world) throw new Error('The server is not filled yet.')
        return world
      }
      describe('templates', () => templateRules(filled))
      describe('EHRs and compositions', () => recordRules(filled))
      describe('queries', () => queryRules(filled))
      describe('paging', () => pagingRules(filled))
      describe('refusals', () => refusalRules(filled))
    })

    describe('with a login and a greatest LIMIT', () => {
      guardedRules(whileRunning(() => start({ auth: 'basic', maxLimit: 100 })))
    })
  })
}

/** A server that runs while the tests of the surrounding block do. */
function whileRunning(start: () => Promise<ServerUnderTest>): () => ServerUnderTest {
  let server: ServerUnderTest | undefined
  before(async () => {
    server = await start()
  })
  after(() => server?.stop())
  return () => {
    if (!server) throw new Error('The server does not run.')
    return server
  }
}
