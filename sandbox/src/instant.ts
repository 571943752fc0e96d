/** An instant: microseconds since 1970, which is what openEHR servers on PostgreSQL tell apart. Exact until 2255. */
export type Instant = number

const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** Reads an ISO 8601 date or date and time; without an offset it is UTC. undefined when it is neither. */
export function parseInstant(text: string): Instant | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // Date.UTC rolls the 30th of February over into March; a server refuses it.
  if (new Date(ms).getUTCDate() !== Number(day) || Number(month) > 12 || Number(hour) > 23 || Number(minute) > 59) {
    return undefined
  }
  return ms * 1000 + Math.round(Number(fraction.padEnd(9, '0')) / 1000) - offsetMinutes(offset) * 60_000_000
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
  return (offset[0] === '-' ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)))
}

/** As EHRbase writes it: UTC, up to six digits, trailing zeros cut, and of a whole second nothing. */
export function formatInstant(instant: Instant): string {
  const micros = ((instant % 1_000_000) + 1_000_000) % 1_000_000
  const seconds = new Date((instant - micros) / 1000).toISOString().slice(0, 19)
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
  return `${seconds}${fraction}Z`
}

/** The machine's clock, which never stands still between two calls. */
export function systemClock(): () => Instant {
  const start = Date.now() * 1000
  const origin = process.hrtime.bigint()
  return () => start + Number((process.hrtime.bigint() - origin) / 1000n)
}
