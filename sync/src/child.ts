import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Command } from './command.js'
import { SyncError } from './failure.js'

/** How a process ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running connector. */
export interface Child {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the process has ended; its output may still hold unread bytes. */
  readonly exit: Promise<Exit>
  /** Asks it to end (SIGTERM), and ends it (SIGKILL) when it has not after `graceMs`. */
  stop(graceMs: number): void
}

/** A connector has 30 seconds to flush what is complete. */
export const GRACE_MS = 40_000

/**
 * Starts a connector in a process group of its own: Ctrl-C on the terminal reaches us alone, who tell the connectors
 * in the right order, and a signal of ours reaches what a wrapper like npx has started.
 * @throws SyncError when there is no such program
 */
export const startChild = async ({ file, args }: Command, more: readonly string[]): Promise<Child> => {
  const child = spawn(file, [...args, ...more], { stdio: 'pipe', detached: process.platform !== 'win32' })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new SyncError('usage', `The command "${file}" cannot be started.`, { cause })
  }
  let running = true
  const exit = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => {
      running = false
      resolve({ code, signal })
    })
  })
  const kill = (signal: NodeJS.Signals) => {
    if (!running || child.pid === undefined) return
    try {
      if (process.platform === 'win32') child.kill(signal)
      else process.kill(-child.pid, signal)
    } catch {
      // It ended in this very moment.
    }
  }
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exit,
    stop: graceMs => {
      kill('SIGTERM')
      const timer = setTimeout(() => kill('SIGKILL'), graceMs)
      void exit.then(() => clearTimeout(timer))
    },
  }
}

/** `exit code 1`, `SIGKILL`. */
export const exitTitle = ({ code, signal }: Exit): string => (signal !== null ? signal : `exit code ${code}`)
