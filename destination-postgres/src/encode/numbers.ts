import { type Encoder, isString, MISFIT, writeInt8 } from './encoder.js'

const ZERO = 0x30
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e

/** A decimal number where it stands: `whole` digits from `digits` on, then, past the point, `fraction` more. */
interface Decimal {
  readonly negative: boolean
  readonly digits: number
  readonly whole: number
  readonly fraction: number
  readonly exponent: number
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 9

const digitsFrom = (json: Buffer, from: number, end: number): number => {
  let at = from
  while (at < end && isDigit(json[at])) at++
  return at
}

/** Exponents of more digits than this are out of every type's range; the limit keeps them exact. */
const LONGEST_EXPONENT = 8

const decimalAt = (json: Buffer, start: number, end: number): Decimal | undefined => {
  const negative = json[start] === MINUS
  const digits = negative ? start + 1 : start
  let at = digitsFrom(json, digits, end)
  const whole = at - digits
  if (whole === 0) return undefined
  let fraction = 0
  if (at < end && json[at] === POINT) {
    const from = at + 1
    at = digitsFrom(json, from, end)
    fraction = at - from
    if (fraction === 0) return undefined
  }
  let exponent = 0
  if (at < end && (json[at] === 0x65 || json[at] === 0x45)) {
    const sign = json[at + 1]
    const from = sign === MINUS || sign === PLUS ? at + 2 : at + 1
    at = digitsFrom(json, from, end)
    if (at === from || at - from > LONGEST_EXPONENT) return undefined
    exponent = Number(json.toString('latin1', from, at)) * (sign === MINUS ? -1 : 1)
  }
  return at === end ? { negative, digits, whole, fraction, exponent } : undefined
}

const INT8_LEAST = -(2n ** 63n)
const INT8_MOST = 2n ** 63n - 1n

/** An integer that is long, or written with a fraction of zeros or an exponent. */
const longInteger: Encoder = (json, start, end, out, at) => {
  const decimal = decimalAt(json, start, end)
  if (decimal === undefined) return MISFIT
  const { negative, digits, whole, fraction, exponent } = decimal
  const point = fraction === 0 ? digits + whole : digits + whole + 1
  const text = json.toString('latin1', digits, digits + whole) + json.toString('latin1', point, point + fraction)
  const significant = text.replace(/^0+/, '').replace(/0+$/, '')
  if (significant === '') return writeInt8(0, out, at)
  const zeros = text.length - text.replace(/0+$/, '').length + exponent - fraction
  if (zeros < 0 || significant.length + zeros > 19) return MISFIT
  const value = BigInt(significant + '0'.repeat(zeros)) * (negative ? -1n : 1n)
  return value < INT8_LEAST || value > INT8_MOST ? MISFIT : out.writeBigInt64BE(value, at)
}

/** bigint, from a JSON number with an integral value or a string that holds one. */
export const bigint: Encoder = (json, from, to, out, at) => {
  const quotes = isString(json, from) ? 1 : 0
  const start = from + quotes
  const end = to - quotes
  const digits = json[start] === MINUS ? start + 1 : start
  // Up to 15 digits are exact in a double.
  if (end === digits || end - digits > 15) return longInteger(json, start, end, out, at)
  let value = 0
  for (let i = digits; i < end; i++) {
    const digit = (json[i] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return longInteger(json, start, end, out, at)
    value = value * 10 + digit
  }
  return writeInt8(digits === start ? value : 0 - value, out, at)
}

/** A numeric holds 131072 digits before the point and 16383 behind it. */
const MOST_WEIGHT = 32767
const MOST_SCALE = 16383

/**
 * numeric, exact to the last digit, trailing zeros included; from a JSON number or a string that holds one.
 * The binary form is: count of base-10000 digits, weight of the first, sign, decimals shown, the digits.
 */
export const numeric: Encoder = (json, from, to, out, at) => {
  const quotes = isString(json, from) ? 1 : 0
  const decimal = decimalAt(json, from + quotes, to - quotes)
  if (decimal === undefined) return MISFIT
  const { digits, whole, fraction, exponent } = decimal
  const digit = (index: number) => (json[digits + (index < whole ? index : index + 1)] ?? ZERO) - ZERO
  let last = whole + fraction
  while (last > 0 && digit(last - 1) === 0) last--
  let first = 0
  while (first < last && digit(first) === 0) first++
  const scale = Math.max(0, fraction - exponent)
  if (scale > MOST_SCALE) return MISFIT
  // Significant digits before the point; zero or less for a number below 0.1.
  const point = whole + exponent - first
  const weight = first === last ? 0 : Math.floor((point - 1) / 4)
  if (weight > MOST_WEIGHT) return MISFIT
  const lead = point - 4 * weight
  const groups = first === last ? 0 : 1 + Math.ceil(Math.max(0, last - first - lead) / 4)
  out.writeInt16BE(groups, at)
  out.writeInt16BE(weight, at + 2)
  out.writeUInt16BE(decimal.negative && groups > 0 ? 0x4000 : 0, at + 4)
  out.writeUInt16BE(scale, at + 6)
  let index = first
  let end = at + 8
  for (let group = 0; group < groups; group++) {
    let value = 0
    for (let left = group === 0 ? lead : 4; left > 0; left--) {
      value = value * 10 + (index < last ? digit(index) : 0)
      index++
    }
    end = out.writeInt16BE(value, end)
  }
  return end
}

/** boolean, from JSON's true and false. */
export const boolean: Encoder = (json, start, end, out, at) => {
  const first = json[start]
  if (first === 0x74 && end - start === 4) return out.writeUInt8(1, at)
  if (first === 0x66 && end - start === 5) return out.writeUInt8(0, at)
  return MISFIT
}
