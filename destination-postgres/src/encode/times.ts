import { type Encoder, isString, MISFIT, writeInt8 } from './encoder.js'

/** A point of reading in a JSON text. Every step returns its value, or throws NotATime. */
class Reading {
  constructor(
    private readonly json: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  /** Exactly `count` decimal digits. */
  digits(count: number): number {
    let value = 0
    for (let left = count; left > 0; left--) {
      const digit = (this.at < this.end ? (this.json[this.at] ?? 0) : 0) - 0x30
      if (digit < 0 || digit > 9) throw notATime
      value = value * 10 + digit
      this.at++
    }
    return value
  }

  /** Takes the next byte when it is one of `characters`. */
  takes(characters: string): boolean {
    if (this.at >= this.end || !characters.includes(String.fromCharCode(this.json[this.at] ?? 0))) return false
    this.at++
    return true
  }

  expects(characters: string): void {
    if (!this.takes(characters)) throw notATime
  }

  /** All digits that follow, as text. */
  run(): string {
    const from = this.at
    while (this.at < this.end && (this.json[this.at] ?? 0) >= 0x30 && (this.json[this.at] ?? 0) <= 0x39) this.at++
    return this.json.toString('latin1', from, this.at)
  }

  done(): boolean {
    return this.at === this.end
  }
}

/** One object for all: a value that does not fit is common in dirty data, and nobody reads its stack. */
const notATime = new Error('not a date or time')

const reading = (read: (text: Reading, out: Buffer, at: number) => number): Encoder => {
  return (json, start, end, out, at) => {
    if (!isString(json, start)) return MISFIT
    const text = new Reading(json, start + 1, end - 1)
    try {
      const written = read(text, out, at)
      return text.done() ? written : MISFIT
    } catch (error) {
      if (error === notATime) return MISFIT
      throw error
    }
  }
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** 1 January 2000, PostgreSQL's day 0, in days since 1 January 1970. */
const EPOCH_DAYS = 10957

/** Days since 2000-01-01 of a `YYYY-MM-DD`. */
const readDate = (text: Reading): number => {
  const year = text.digits(4)
  text.expects('-')
  const month = text.digits(2)
  text.expects('-')
  const day = text.digits(2)
  const length = month === 2 && isLeap(year) ? 29 : MONTH_LENGTHS[month - 1]
  // There is no year 0 in PostgreSQL.
  if (year === 0 || length === undefined || day < 1 || day > length) throw notATime
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / 86_400_000 - EPOCH_DAYS
}

/** Rounds halves to even, as C's rint and so PostgreSQL does. */
const toEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

interface TimeOfDay {
  readonly seconds: number
  readonly micros: number
}

/** `HH:MM`, with seconds and any fraction of them if given. 24:00:00 and a leap second count as PostgreSQL counts them. */
const readTime = (text: Reading): TimeOfDay => {
  const hours = text.digits(2)
  text.expects(':')
  const minutes = text.digits(2)
  const seconds = text.takes(':') ? text.digits(2) : 0
  let micros = 0
  if (text.takes('.,')) {
    const fraction = text.run()
    if (fraction === '') throw notATime
    micros = fraction.length <= 6 ? Number(fraction.padEnd(6, '0')) : toEven(Number(`0.${fraction}`) * 1_000_000)
  }
  const midnight = hours === 24 && minutes === 0 && seconds === 0 && micros === 0
  if ((hours > 23 && !midnight) || minutes > 59 || seconds > 60 || (seconds === 60 && micros > 0)) throw notATime
  return { seconds: hours * 3600 + minutes * 60 + seconds, micros }
}

/** Seconds east of Greenwich; UTC when the text names no zone. */
const readZone = (text: Reading): number => {
  if (text.done() || text.takes('Zz')) return 0
  const west = text.takes('-')
  if (!west) text.expects('+')
  const hours = text.digits(2)
  const colon = text.takes(':')
  const minutes = colon || !text.done() ? text.digits(2) : 0
  const seconds = colon && text.takes(':') ? text.digits(2) : 0
  if (hours > 15 || minutes > 59 || seconds > 59) throw notATime
  const east = hours * 3600 + minutes * 60 + seconds
  return west ? 0 - east : east
}

/** Seconds up to which microseconds are exact in a double: some 285 years round 2000. */
const EXACT_SECONDS = 9_000_000_000

const writeMicros = (seconds: number, micros: number, out: Buffer, at: number): number =>
  Math.abs(seconds) < EXACT_SECONDS
    ? writeInt8(seconds * 1_000_000 + micros, out, at)
    : out.writeBigInt64BE(BigInt(seconds) * 1_000_000n + BigInt(micros), at)

const readDateTime = (text: Reading): TimeOfDay => {
  const days = readDate(text)
  text.expects('Tt ')
  const { seconds, micros } = readTime(text)
  return { seconds: days * 86_400 + seconds, micros }
}

/** date, from `YYYY-MM-DD`. */
export const date = reading((text, out, at) => out.writeInt32BE(readDate(text), at))

/** timestamptz, from an ISO 8601 date and time with any offset; UTC when there is none. */
export const timestamptz = reading((text, out, at) => {
  const { seconds, micros } = readDateTime(text)
  return writeMicros(seconds - readZone(text), micros, out, at)
})

/** timestamp: the time on the wall. An offset is dropped, as PostgreSQL drops it. */
export const timestamp = reading((text, out, at) => {
  const { seconds, micros } = readDateTime(text)
  readZone(text)
  return writeMicros(seconds, micros, out, at)
})

/** time, from `HH:MM:SS`. An offset is dropped. */
export const time = reading((text, out, at) => {
  const { seconds, micros } = readTime(text)
  readZone(text)
  return writeMicros(seconds, micros, out, at)
})

/** timetz: the binary form counts the zone westwards. */
export const timetz = reading((text, out, at) => {
  const { seconds, micros } = readTime(text)
  const end = writeMicros(seconds, micros, out, at)
  return out.writeInt32BE(0 - readZone(text), end)
})

/** 1 January 2000 in milliseconds since 1970. */
const EPOCH = EPOCH_DAYS * 86_400_000

/** timestamptz from milliseconds since 1970. */
export const writeMillis = (millis: number, out: Buffer, at: number): number =>
  writeInt8(Math.round((millis - EPOCH) * 1000), out, at)
