import { setTimeout as wait } from 'node:timers/promises'

const BASE_MS = 500
const CAP_MS = 30_000
// A server that asks for more than this is down for the purposes of a sync.
const RETRY_AFTER_CAP_MS = 300_000

/** Statuses after which the same request may succeed. */
export const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500

/** Exponential backoff with full jitter: clients that failed together do not come back together. */
export const backoffMs = (failures: number, random: () => number): number =>
  random() * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1))

/** Retry-After (RFC 9110, 10.2.3), in seconds or as a date; undefined when there is none. */
export const retryAfterMs = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_CAP_MS)
}

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

/** Throws the signal's reason as soon as it aborts. */
export const sleep: Sleep = async (ms, signal) => {
  try {
    await wait(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
