import type { Chance } from './chance.js'

const second = 1_000_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
const week = 7 * day

/** Everything is committed before this time, in microseconds since 1970 like all times here. */
export const end = Date.UTC(2026, 0, 1) * 1000
const weeks = 156
/** A Thursday, like `end`. */
export const beginning = end - weeks * week

// Visits per hour of the day: few at night, most in the morning; a third of that on Saturday and Sunday.
const hours = [2, 1, 1, 1, 1, 2, 4, 9, 22, 30, 32, 28, 16, 22, 28, 26, 20, 12, 8, 7, 6, 5, 4, 3]
const rhythm = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'].flatMap((weekday, d) =>
  hours.flatMap((often, h) =>
    Array<number>(weekday.startsWith('S') ? Math.ceil(often / 3) : often).fill(d * day + h * hour),
  ),
)

/** When a visit begins, in whole seconds, by the rhythm of day and week at a place `offset` minutes ahead of UTC. */
export function visitTime(chance: Chance, offset: number): number {
  const local = beginning + chance.int(0, weeks - 1) * week + chance.pick(rhythm) + chance.int(0, 3599) * second
  const time = local - offset * minute
  // What follows within the visit is committed before the end as well.
  return time > end - 3 * hour ? time - week : time < beginning ? time + week : time
}

const twoDigits = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'))
const dates = new Map<number, string>()

/** ISO date of a day since 1970; kept, since a record has ten times of the same few days. */
function dateOf(days: number): string {
  let date = dates.get(days)
  if (date === undefined) {
    date = new Date(days * 86_400_000).toISOString().slice(0, 10)
    dates.set(days, date)
  }
  return date
}

/** `2025-03-04T09:15:00+01:00`, or with `Z` where the offset is 0: a whole second as a clinic's clock shows it. */
export function clockTime(time: number, offset: number): string {
  const local = time + offset * minute
  const days = Math.floor(local / day)
  const minutes = Math.floor((local - days * day) / minute)
  const seconds = Math.floor((local - days * day - minutes * minute) / second)
  const clock = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds]}`
  return `${dateOf(days)}T${clock}${zone(offset)}`
}

function zone(offset: number): string {
  if (offset === 0) return 'Z'
  const ahead = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${twoDigits[Math.floor(ahead / 60)]}:${twoDigits[ahead % 60]}`
}

/** `2025-03-04` of the same clock. */
export const clockDate = (time: number, offset: number): string => dateOf(Math.floor((time + offset * minute) / day))

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** `4 March 2025`, as people write dates in notes. */
export function writtenDate(isoDate: string): string {
  const [year, month, dayOfMonth] = isoDate.split('-')
  return `${Number(dayOfMonth)} ${months[Number(month) - 1]} ${year}`
}
