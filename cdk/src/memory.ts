import { readFile } from 'node:fs/promises'

/** The memory of this process's control group, in bytes. */
export interface MemoryUse {
  readonly limit: number
  readonly used: number
  /** The part of `used` that the kernel cannot take back, as it can the cache of files. */
  readonly anonymous: number
}

/** Resolves undefined where no limit is set, or none can be read. */
export type MemoryReader = () => Promise<MemoryUse | undefined>

/** Version 1 prints this order of magnitude for "no limit". */
const NO_LIMIT = 2 ** 60

/** Reads version 2 of the control groups, else version 1, as a container sees them. */
export const cgroupMemory =
  (root = '/sys/fs/cgroup'): MemoryReader =>
  async () =>
    (await readUse(`${root}/memory.max`, `${root}/memory.current`, `${root}/memory.stat`, 'anon')) ??
    (await readUse(
      `${root}/memory/memory.limit_in_bytes`,
      `${root}/memory/memory.usage_in_bytes`,
      `${root}/memory/memory.stat`,
      'total_rss',
    ))

async function readUse(limitFile: string, usedFile: string, statFile: string, anonymousKey: string) {
  try {
    // `max` is no number: no limit.
    const limit = Number(await readFile(limitFile, 'utf8'))
    if (!(limit < NO_LIMIT)) return undefined
    const used = Number(await readFile(usedFile, 'utf8'))
    const stat = await readFile(statFile, 'utf8')
    const anonymous = Number(new RegExp(`^${anonymousKey} (\\d+)$`, 'm').exec(stat)?.[1])
    return { limit, used, anonymous }
  } catch {
    // No such files: another system, or the other version of control groups.
    return undefined
  }
}

/** A kernel kills at 100 %; the same shares at which Airbyte's own connectors give up. */
const nearlyExhausted = ({ limit, used, anonymous }: MemoryUse): boolean =>
  used >= 0.95 * limit && anonymous >= 0.85 * used

/**
 * Looks every `everyMs` until memory is nearly exhausted, then calls `exhausted` once. Does not keep the process alive.
 * @returns stops looking
 */
export function watchMemory(read: MemoryReader, exhausted: (use: MemoryUse) => void, everyMs = 1000): () => void {
  const stop = new AbortController()
  const look = async (): Promise<void> => {
    const use = await read()
    if (use === undefined || stop.signal.aborted) return
    if (nearlyExhausted(use)) exhausted(use)
    else setTimeout(look, everyMs).unref()
  }
  void look()
  return () => stop.abort()
}
