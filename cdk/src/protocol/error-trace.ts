import type { StreamDescriptor } from '@openehr-connectors/spec'
import { ConfigError, failureType, TransientError } from '../errors.js'
import type { Secrets } from '../secrets.js'

/**
 * The TRACE ERROR of a failure, secrets masked. The user reads `message`; the engineer finds the causes and where
 * they arose in `stack_trace`.
 */
export function errorTraceLine(error: unknown, secrets: Secrets, stream?: StreamDescriptor): string {
  return JSON.stringify({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message: secrets.mask(userMessage(error)),
        internal_message: secrets.mask(causes(error).map(title).join(' | ')),
        stack_trace: secrets.mask(causes(error).map(stack).join('\nCaused by: ')),
        failure_type: failureType(error),
        stream_descriptor: stream,
      },
    },
  })
}

/** The sentence for the user. An error that is not sorted is ours, and says so. */
export const userMessage = (error: unknown): string =>
  error instanceof ConfigError || error instanceof TransientError
    ? error.message
    : `The connector failed because of an error of its own. ${title(error)}`

function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  let next = error
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next)
    next = next instanceof Error ? next.cause : undefined
  }
  return chain
}

function title(error: unknown): string {
  // What is thrown besides errors may be anything, a record too.
  if (!(error instanceof Error)) return `A value of type ${typeof error} was thrown.`
  // JSON.parse and BigInt quote what they could not read, and that may be a patient's.
  if (error instanceof SyntaxError) return 'SyntaxError'
  const inner = error instanceof AggregateError && error.message === '' ? error.errors.map(title).join(', ') : ''
  return `${error.name}: ${error.message}${inner}`
}

function stack(error: unknown): string {
  const frames = error instanceof Error ? (error.stack?.match(/^ {4}at .*$/gm) ?? []) : []
  return [title(error), ...frames].join('\n')
}
