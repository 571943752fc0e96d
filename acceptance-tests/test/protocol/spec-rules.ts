import assert from 'node:assert/strict'
import { it } from 'mocha'
import { assertProtocol, compile } from './assertions.js'
import type { ConnectorUnderTest, ConnectorWorld, Standing } from './source-under-test.js'

/** The platform looks for it in the first ten messages; we say nothing else. */
export function specRules<W extends ConnectorWorld>(subject: ConnectorUnderTest<W>, { run, world }: Standing<W>): void {
  it('answers one SPEC and nothing else', async () => {
    const ended = await run({ verb: 'spec' })
    assertProtocol(ended)
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    assert.deepEqual(
      ended.messages.map(({ type }) => type),
      ['SPEC'],
    )
    assert.deepEqual(ended.messages[0]?.spec, subject.specification)
  })

  it('describes its config by a draft-07 schema that a right config fits', () => {
    const fits = compile(subject.specification.connectionSpecification)
    assert.ok(fits(world().config), JSON.stringify(fits.errors))
  })
}
