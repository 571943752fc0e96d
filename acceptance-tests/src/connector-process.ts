import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type {
  AirbyteMessage,
  AirbyteStateMessage,
  ConfiguredAirbyteCatalog,
  JsonObject,
} from '@openehr-connectors/spec'
import { projectRoot } from './cache.js'

/**
 * The words that start a connector of this checkout; the protocol's arguments follow them.
 *
 * @param preloads modules that are loaded before it: see fast-clock.ts
 */
export const connectorCommand = (
  room: 'source-openehr' | 'destination-postgres',
  ...preloads: readonly URL[]
): readonly [string, ...string[]] => [
  process.execPath,
  ...preloads.map(({ href }) => `--import=${href}`),
  join(projectRoot, room, 'dist', 'src', 'main.js'),
]

/** Preloaded, it lets a connector's clock run a thousand times as fast: see fast-clock.ts. */
export const fastClock = new URL('fast-clock.js', import.meta.url)

/** What a connector is asked to do. Whatever is an object here is given as a file. */
export interface Asked {
  readonly verb: 'spec' | 'check' | 'discover' | 'read' | 'write'
  readonly config?: JsonObject
  readonly catalog?: ConfiguredAirbyteCatalog
  readonly state?: readonly AirbyteStateMessage[]
  /** Beside our own environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** How a connector's process ended, and all that it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /**
   * The lines of stdout.
   * @throws SyntaxError when one of them is not JSON
   */
  readonly messages: readonly AirbyteMessage[]
}

export interface RunningConnector {
  /** Nobody reads its stdout until `ended` is called or the caller does. */
  readonly process: ChildProcessWithoutNullStreams
  /** Reads stdout from where it is to its end. */
  ended(): Promise<Ended>
  /**
   * Reads stdout until these words have come; what is read so is kept only when `ended` was called before.
   * @throws Error when it ends before
   */
  heard(words: string): Promise<void>
}

/** Starts a connector's process. Its stdin stays open. */
export function startConnector([file, ...words]: readonly [string, ...string[]], asked: Asked): RunningConnector {
  const { verb, env, ...files } = asked
  const folder = mkdtempSync(join(tmpdir(), 'connector-'))
  const args = Object.entries(files).flatMap(([name, content]) => {
    const path = join(folder, `${name}.json`)
    writeFileSync(path, JSON.stringify(content))
    return [`--${name}`, path]
  })
  // One that hangs shall not outlive its test by much.
  const limits = { timeout: 110_000, killSignal: 'SIGKILL' } as const
  const child = spawn(file, [...words, verb, ...args], { env: { ...process.env, ...env }, ...limits })
  // A connector that has ended reads no more, and that is its right.
  child.stdin.on('error', () => {})
  const stderr = text(child.stderr)
  const exit = once(child, 'exit').finally(() => rmSync(folder, { recursive: true, force: true }))
  return {
    process: child,
    async ended() {
      const [stdout, [code, signal]] = await Promise.all([textOf(child), exit])
      return endedWith(code, signal, stdout, await stderr)
    },
    heard: words =>
      new Promise((resolve, reject) => {
        let said = ''
        const listen = (chunk: Buffer) => {
          said += chunk
          if (!said.includes(words)) return
          child.stdout.off('data', listen)
          resolve()
        }
        child.stdout.on('data', listen)
        child.stdout.once('close', () => reject(new Error(`The connector has ended without saying ${words}.`)))
      }),
  }
}

/**
 * Runs a connector to its end.
 * @param input its stdin, whole
 */
export function runConnector(command: readonly [string, ...string[]], asked: Asked, input = ''): Promise<Ended> {
  const running = startConnector(command, asked)
  running.process.stdin.end(input)
  return running.ended()
}

function endedWith(code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string): Ended {
  let messages: readonly AirbyteMessage[] | undefined
  return {
    code,
    signal,
    stdout,
    stderr,
    get messages() {
      messages ??= messagesOf(stdout)
      return messages
    },
  }
}

const messagesOf = (stdout: string): AirbyteMessage[] =>
  stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as AirbyteMessage)

/** What comes until the end, or until the caller destroys the stream. */
async function textOf({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
  const chunks: Buffer[] = []
  if (stdout.destroyed) return ''
  stdout.on('data', chunk => chunks.push(chunk))
  await once(stdout, 'close')
  return Buffer.concat(chunks).toString()
}
