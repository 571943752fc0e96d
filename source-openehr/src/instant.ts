/**
 * Microseconds since 1970 (UTC), as an integer. Commit times are compared as these and never as text: servers cut
 * trailing zeros, use other offsets and up to nine digits, and a JavaScript Date only knows milliseconds.
 */
export type Instant = number

const PATTERN = /^(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/

/** Reads an ISO 8601 date-time; without an offset it is UTC. Digits beyond the microsecond are cut. `undefined` if it is none. */
export const parseInstant = (text: string): Instant | undefined => {
  const match = PATTERN.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = 'Z'] = match
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(milliseconds)) return undefined
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  return milliseconds * 1000 + micros - offsetMinutes(zone) * 60_000_000
}

const offsetMinutes = (zone: string): number => {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0)
  return zone.startsWith('-') ? -minutes : minutes
}

const EARLIEST = Date.parse('0001-01-01T00:00:00Z') * 1000
const LATEST = Date.parse('9999-12-31T23:59:59Z') * 1000

/** Writes `YYYY-MM-DDTHH:MM:SS.ffffffZ`: the form of every time in our records, states and AQL. */
export const formatInstant = (instant: Instant): string => {
  const bounded = Math.min(Math.max(instant, EARLIEST), LATEST)
  const seconds = Math.floor(bounded / 1_000_000)
  const micros = bounded - seconds * 1_000_000
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}
