import type { AirbyteMessage, AirbyteStateMessage } from '@openehr-connectors/spec'
import { type Child, type Exit, exitTitle, GRACE_MS } from './child.js'
import { showErrors } from './connector.js'
import type { Outcome } from './failure.js'
import type { Account, Ledger } from './ledger.js'
import { textLines } from './lines.js'
import type { Log } from './log.js'
import { parseMessage, showMessage } from './message.js'
import { outlet } from './outlet.js'
import type { Dialect } from './plan.js'
import { relay } from './relay.js'

/** How a run ended, and why if it did not end well. */
export interface RunResult {
  readonly outcome: Outcome
  readonly problems: readonly string[]
  readonly source: Exit
  readonly destination: Exit
}

/**
 * Carries a running source's records into a running destination and waits for the end of both. The first thing that
 * goes wrong names the outcome; what follows from it (a broken pipe, a SIGTERM of ours) does not.
 * @param keep is told each state that the destination has returned and that may be kept
 * @param signal stops the run: the source ends first, then the destination writes what it has
 */
export const run = async (
  source: Child,
  destination: Child,
  {
    ledger,
    dialect,
    log,
    keep,
    signal,
  }: {
    readonly ledger: Ledger
    readonly dialect: Dialect
    readonly log: Log
    readonly keep: (state: AirbyteStateMessage) => void
    readonly signal: AbortSignal
  },
): Promise<RunResult> => {
  const problems: string[] = []
  let outcome: Outcome = 'succeeded'
  const fail = (why: Outcome, problem?: string) => {
    if (outcome === 'succeeded') outcome = why
    if (problem !== undefined && !problems.includes(problem)) problems.push(problem)
  }
  const stopAll = () => {
    fail('cancelled', 'It was stopped.')
    source.stop(GRACE_MS)
    // It gets its end of input from the source's end, and time to write; a second sign only if that takes too long.
    setTimeout(() => destination.stop(GRACE_MS - DRAIN_MS), DRAIN_MS).unref()
  }
  if (signal.aborted) stopAll()
  signal.addEventListener('abort', stopAll, { once: true })

  const into = outlet(destination.stdin)
  source.stdin.on('error', () => undefined).end()
  let sourceEnded = false
  const loseDestination = () => {
    if (sourceEnded) return
    fail('destination_failed')
    source.stdout.destroy()
    source.stop(GRACE_MS)
  }
  void into.broken.then(loseDestination)

  const hear = (message: AirbyteMessage | undefined, line: string) => {
    showMessage('source', message, line, log)
    const trace = message?.trace
    if (trace?.error) fail('source_failed', `The source failed: ${trace.error.message}`)
    if (trace?.stream_status) setStatus(ledger, trace.stream_status, fail)
    if (trace?.estimate?.row_estimate !== undefined) {
      const account = ledger.accountOf({ ...trace.estimate, stream: trace.estimate.name })
      if (account) account.estimate = trace.estimate.row_estimate
    }
  }

  const readSource = async (): Promise<Exit> => {
    try {
      await relay(source.stdout, into, ledger, hear)
    } catch (error) {
      // When the destination is gone or we were stopped, the torn pipe is no news.
      if (outcome === 'succeeded') fail('source_failed', `The source broke the protocol. ${messageOf(error)}`)
      source.stop(GRACE_MS)
    }
    const exit = await source.exit
    if (exit.code !== 0 && outcome === 'succeeded') fail('source_failed', `The source ended with ${exitTitle(exit)}.`)
    sourceEnded = true
    if (outcome === 'succeeded' && ledger.mismatches.length === 0) await into.write(farewell(ledger, dialect))
    into.end()
    return exit
  }

  const readDestination = async (): Promise<Exit> => {
    for await (const line of textLines(destination.stdout)) {
      const message = parseMessage(line)
      if (message?.state) {
        try {
          if (ledger.returned(message.state)) keep(message.state)
        } catch (error) {
          fail('destination_failed', `The destination broke the protocol. ${messageOf(error)}`)
        }
        continue
      }
      showMessage('destination', message, line, log)
      if (message?.trace?.error) fail('destination_failed', `The destination failed: ${message.trace.error.message}`)
    }
    const exit = await destination.exit
    if (exit.code !== 0) {
      if (outcome === 'succeeded' || outcome === 'destination_failed')
        fail('destination_failed', `The destination ended with ${exitTitle(exit)}.`)
    } else if (!sourceEnded && outcome === 'succeeded')
      fail('destination_failed', 'The destination ended before the source did.')
    loseDestination()
    return exit
  }

  const [sourceExit, destinationExit] = await Promise.all([
    readSource(),
    readDestination(),
    showErrors('source', source, log),
    showErrors('destination', destination, log),
  ])
  signal.removeEventListener('abort', stopAll)
  if (outcome === 'succeeded') ledger.close()
  for (const mismatch of ledger.mismatches) fail('counts_differ', mismatch)
  return { outcome, problems, source: sourceExit, destination: destinationExit }
}

/** Of the grace that both have, what the destination may take to write what it was given before it is told to stop. */
const DRAIN_MS = 20_000

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const setStatus = (
  ledger: Ledger,
  { stream_descriptor: stream, status }: { stream_descriptor: { name: string; namespace?: string }; status: string },
  fail: (why: Outcome, problem: string) => void,
): void => {
  const account = ledger.accountOf({ ...stream, stream: stream.name })
  if (!account) return
  account.status = status.toLowerCase() as Account['status']
  if (status === 'INCOMPLETE') fail('source_failed', `The source did not complete the stream "${stream.name}".`)
}

/** What the destination hears when the source has read everything. */
const farewell = (ledger: Ledger, dialect: Dialect): Buffer[] => {
  // A full refresh that cannot be resumed may come without a state. An empty one lets the destination settle it.
  const states = ledger.withoutState().map((account): AirbyteMessage => {
    const stream = { stream_descriptor: account.descriptor, stream_state: {} }
    return { type: 'STATE', state: ledger.sent({ type: 'STREAM', stream }) }
  })
  const statuses = ledger.accounts.map(
    (account): AirbyteMessage => ({
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: Date.now(),
        stream_status: { stream_descriptor: account.descriptor, status: 'COMPLETE' },
      },
    }),
  )
  const messages = dialect === 'refreshes' ? [...states, ...statuses] : states
  return messages.map(message => Buffer.from(`${JSON.stringify(message)}\n`))
}
