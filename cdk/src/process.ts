import type { Readable, Writable } from 'node:stream'
import { cgroupMemory, type MemoryReader } from './memory.js'

/** What a connector sees of the process it lives in. */
export interface ConnectorProcess {
  /** The arguments, without node and the script. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  /** Done with a chunk when its write calls back, for the memory is used again: a PassThrough is not. */
  readonly stdout: Writable
  readonly stderr: Writable
  readonly memory: MemoryReader
  /** Milliseconds that the process may live on after it was told to stop. */
  readonly graceMs: number
  exitCode?: number | string | null | undefined
  on(event: ProcessEvent, listener: (about: unknown) => void): unknown
  off(event: ProcessEvent, listener: (about: unknown) => void): unknown
  /** Ends the process at once, whatever it waits for. */
  kill(signal: NodeJS.Signals): void
}

export type ProcessEvent = 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'beforeExit'

/** The real one. */
export const nodeProcess = (): ConnectorProcess => ({
  argv: process.argv.slice(2),
  env: process.env,
  // Read when asked for: to touch stdin is to open it, and a source has no use for it.
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  memory: cgroupMemory(),
  // Kubernetes kills 30 s after SIGTERM.
  graceMs: 29_000,
  set exitCode(code: number) {
    process.exitCode = code
  },
  on: (event, listener) => process.on(event, listener),
  off: (event, listener) => process.off(event, listener),
  kill: signal => process.kill(process.pid, signal),
})

/**
 * Keeps stdout for the protocol: what libraries print there, by console or directly, goes to stderr from now on, and
 * stderr is masked.
 * @returns stdout's own write
 */
export function takeStdout(connectorProcess: ConnectorProcess, mask: (text: string) => string): Writable['write'] {
  const { stdout, stderr } = connectorProcess
  const toStdout = stdout.write.bind(stdout)
  const toStderr = stderr.write.bind(stderr)
  const print = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const callback = rest.find(argument => typeof argument === 'function')
    return toStderr(mask(text), callback as (() => void) | undefined)
  }
  stdout.write = print
  stderr.write = print
  // Nobody reads stderr any more: no reason to stop.
  stderr.on('error', () => {})
  return toStdout
}
