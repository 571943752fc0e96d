import { setMaxListeners } from 'node:events'
import type { ConnectorProcess } from './process.js'

/** Why a run ends before its work is done: the reason of its abort signal. */
export class Stop extends Error {
  override readonly name = 'Stop'
  constructor(
    message: string,
    readonly exitCode: number,
    /** Sent as a TRACE ERROR when the work has stopped. */
    readonly failure?: Error,
  ) {
    super(message)
  }
}

/** The part of the time to live that the work has for its last items; the rest is for stdout to take them. */
const WORKS_SHARE = 2 / 3

export interface Stops {
  /** Aborts with the first Stop; what follows changes nothing. */
  readonly signal: AbortSignal
  stop(reason: Stop): void
  /** Resolves when work that was told to stop is no longer waited for. */
  readonly patience: Promise<void>
  /** The run has reached its end: signals do again what they do to any process. */
  release(): void
}

/**
 * Listens to what may end a run: a signal, an error that nobody caught, and an event loop with nothing left in it.
 * @param uncaught reports an error at once, for the run may be too broken to come to its end
 */
export function listenForStops(connectorProcess: ConnectorProcess, uncaught: (error: unknown) => void): Stops {
  const controller = new AbortController()
  const { signal } = controller
  // Every request listens, and there may be many at once.
  setMaxListeners(0, signal)
  let losePatience = () => {}
  const patience = new Promise<void>(resolve => {
    losePatience = resolve
  })

  const stop = (reason: Stop, killer: NodeJS.Signals = 'SIGKILL'): void => {
    if (signal.aborted) return
    connectorProcess.exitCode = reason.exitCode
    setTimeout(losePatience, WORKS_SHARE * connectorProcess.graceMs).unref()
    // A stdout that nobody reads, or a connection that nobody closes, would keep the process alive for ever.
    setTimeout(() => {
      release()
      connectorProcess.kill(killer)
    }, connectorProcess.graceMs).unref()
    controller.abort(reason)
  }

  const onSigterm = () => stop(new Stop('SIGTERM was received.', 143), 'SIGTERM')
  const onSigint = () => stop(new Stop('SIGINT was received.', 130), 'SIGINT')
  const onUncaught = (error: unknown) => {
    uncaught(error)
    stop(new Stop('An error was not caught.', 1))
    // Also when a signal came first: an error is no orderly end.
    connectorProcess.exitCode = 1
  }
  const onNothingLeft = () => {
    stop(new Stop('Nothing is left to wait for.', 1, new Error('The connector waits for what can never come.')))
    losePatience()
  }
  connectorProcess.on('SIGTERM', onSigterm)
  connectorProcess.on('SIGINT', onSigint)
  connectorProcess.on('uncaughtException', onUncaught)
  connectorProcess.on('beforeExit', onNothingLeft)
  const release = (): void => {
    connectorProcess.off('SIGTERM', onSigterm)
    connectorProcess.off('SIGINT', onSigint)
    connectorProcess.off('beforeExit', onNothingLeft)
  }
  return { signal, stop: reason => stop(reason), patience, release }
}
