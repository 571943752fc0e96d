import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** One run of a whole process. */
export interface Run {
  seconds: number
  /** Peak resident memory; NaN where the system has no /proc. */
  megabytes: number
}

export interface Command {
  argv: readonly string[]
  stdin?: string
  stdout?: string
  env?: Readonly<Record<string, string>>
}

/** @throws Error when the process fails: a figure of a broken run is no figure */
export async function run({ argv, stdin = '/dev/null', stdout = '/dev/null', env = {} }: Command): Promise<Run> {
  const [input, output] = [openSync(stdin, 'r'), openSync(stdout, 'w')]
  const started = performance.now()
  const [program = '', ...args] = argv
  const child = spawn(program, args, { stdio: [input, output, 'pipe'], env: { ...process.env, ...env } })
  let errors = ''
  child.stderr?.on('data', chunk => {
    errors = (errors + chunk).slice(-2000)
  })
  let megabytes = Number.NaN
  const watch = setInterval(() => {
    megabytes = peakOf(child.pid ?? 0) ?? megabytes
  }, 100)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  closeSync(input)
  closeSync(output)
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${errors}`)
  return { seconds: (performance.now() - started) / 1000, megabytes }
}

/** The kernel's own high-water mark, so that no peak between two looks is missed but for the last moment. */
export function peakOf(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Runs the measured and the baseline in turn, so that a machine whose speed drifts changes both, and gives the ratio of each pair. */
export async function inTurn<T>(
  times: number,
  measured: () => Promise<T>,
  baseline: () => Promise<T>,
): Promise<[T, T][]> {
  const pairs: [T, T][] = []
  for (let i = 0; i < times; i++) {
    const one = await baseline()
    pairs.push([await measured(), one])
  }
  return pairs
}
