import assert from 'node:assert/strict'
import { validateMessage } from '@openehr-connectors/spec'
import { describe, it } from 'mocha'
import { ConfigError, TransientError } from '../../src/errors.js'
import { errorTraceLine } from '../../src/protocol/error-trace.js'
import { Secrets } from '../../src/secrets.js'

function trace(error: unknown, secrets = new Secrets()) {
  const message = JSON.parse(errorTraceLine(error, secrets))
  assert.deepEqual(validateMessage(message), [])
  return message.trace.error
}

describe('The trace of an error', () => {
  it('tells the user what the connector says, and the engineer what lies behind it', () => {
    const error = new ConfigError('The server refused the login.', {
      cause: new TransientError('Try 3 failed.', { cause: new Error('read ECONNRESET') }),
    })
    const { message, internal_message, stack_trace, failure_type } = trace(error)
    assert.equal(message, 'The server refused the login.')
    assert.equal(failure_type, 'config_error')
    assert.equal(
      internal_message,
      'ConfigError: The server refused the login. | TransientError: Try 3 failed. | Error: read ECONNRESET',
    )
    assert.match(stack_trace, /^ConfigError: .*\n {4}at [\s\S]*\nCaused by: TransientError: .*\n {4}at /)
  })

  it('says what hides in an error without a message of its own, as a refused connection is', () => {
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1:80'),
      new Error('connect ECONNREFUSED 127.0.0.1:80'),
    ])
    assert.match(trace(refused).message, /connect ECONNREFUSED ::1:80.*connect ECONNREFUSED 127\.0\.0\.1:80/)
  })

  it('never holds what could not be parsed, for it may be a patient’s', () => {
    for (const parse of [() => JSON.parse('Ada Lovelace'), () => BigInt('Ada Lovelace')])
      try {
        parse()
        assert.fail('it can be parsed')
      } catch (cause) {
        const json = JSON.stringify(trace(new TransientError('The answer is no JSON.', { cause })))
        assert.match(json, /SyntaxError/)
        assert.doesNotMatch(json, /Ada/)
      }
  })

  it('never holds what was thrown instead of an error, for it may be a record', () => {
    assert.match(trace({ name: 'Ada Lovelace' }).message, /A value of type object was thrown\.$/)
    assert.match(trace('Ada Lovelace').message, /A value of type string was thrown\.$/)
    assert.equal(trace(undefined).failure_type, 'system_error')
  })

  it('masks secrets in message, causes and stack, over several lines too', () => {
    const secrets = new Secrets()
    secrets.add('hunter2')
    secrets.add('line one\nline two')
    const error = new Error('with hunter2', { cause: new Error('key line one\nline two') })
    const json = JSON.stringify(trace(error, secrets))
    assert.doesNotMatch(json, /hunter2|line one|line two/)
  })

  it('comes to an end for an error that is its own cause', () => {
    const error = new Error('round and round')
    error.cause = error
    assert.equal(trace(error).internal_message, 'Error: round and round')
  })
})
