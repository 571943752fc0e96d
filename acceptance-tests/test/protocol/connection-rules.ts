import assert from 'node:assert/strict'
import { it } from 'mocha'
import type { Ended } from '../../src/connector-process.js'
import { assertHides, assertProtocol } from './assertions.js'
import type { ConnectorUnderTest, ConnectorWorld, Standing } from './source-under-test.js'

/** What `check` answers: a refusal is an answer too, and no failure of the command. */
export function connectionRules<W extends ConnectorWorld>(
  subject: ConnectorUnderTest<W>,
  { run, world }: Standing<W>,
): void {
  it('succeeds with a right config', async () => {
    const ended = await run({ verb: 'check', config: world().config, env: { LOG_LEVEL: 'TRACE' } })
    assert.deepEqual(answerOf(ended), { status: 'SUCCEEDED' })
    assertHides(ended, world().secrets)
  })

  for (const { title, change, says } of subject.refusals)
    it(`fails for ${title}, with exit code 0 and a message that says so`, async () => {
      const config = change(world().config)
      const ended = await run({ verb: 'check', config, env: { LOG_LEVEL: 'TRACE' } })
      const { status, message = '' } = answerOf(ended) ?? {}
      assert.equal(status, 'FAILED')
      assert.match(message, says)
      assertHides(ended, world().secrets)
    })
}

function answerOf(ended: Ended) {
  assertProtocol(ended)
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  const [answer, ...more] = ended.messages.flatMap(({ connectionStatus }) => connectionStatus ?? [])
  assert.deepEqual(more, [])
  assert.deepEqual(
    ended.messages.filter(({ type }) => type !== 'LOG' && type !== 'CONNECTION_STATUS'),
    [],
  )
  return answer
}
