import { describe } from 'mocha'
import { basicReadRules } from './basic-read-rules.js'
import { connectionRules } from './connection-rules.js'
import { discoveryRules } from './discovery-rules.js'
import { fullRefreshRules } from './full-refresh-rules.js'
import { incrementalRules } from './incremental-rules.js'
import { type SourceUnderTest, standing } from './source-under-test.js'
import { specRules } from './spec-rules.js'

/** What Airbyte's acceptance tests ask of a certified source, asked of a process. */
export function sourceRules(subject: SourceUnderTest): void {
  describe(`${subject.name} as a source`, function () {
    this.timeout(120_000)
    const stands = standing(subject)
    describe('spec', () => specRules(subject, stands))
    describe('check', () => connectionRules(subject, stands))
    describe('discover', () => discoveryRules(stands))
    describe('read', () => basicReadRules(stands))
    describe('a full refresh', () => fullRefreshRules(stands))
    describe('an incremental read', () => incrementalRules(stands))
  })
}
