import { scramble, unscramble } from './chance.js'

const hex = (n: number): string => n.toString(16).padStart(8, '0')

/**
 * The `n`-th uuid of a key. It looks like a version 4 one. The first 32 bits are a permutation of `n`: so uuids are
 * unique, lie evenly, are ordered by those bits alone, and can be turned back into `n`.
 */
export function uuid(n: number, key: number): string {
  const first = uuidRank(n, key)
  const second = scramble(first, key + 1)
  const third = scramble(second, key + 2)
  const a = hex(first)
  const b = hex(((second & 0xffff0fff) | 0x4000) >>> 0)
  const c = hex(((third & 0x3fffffff) | 0x80000000) >>> 0)
  const d = hex(scramble(third, key + 3))
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`
}

/** The first 32 bits of the `n`-th uuid: they alone give the order of a key's uuids. */
export const uuidRank = (n: number, key: number): number => scramble(n, key)

/** Which of the key's uuids this is, or undefined if it is none of the first `count`. */
export function uuidIndex(text: string, key: number, count: number): number | undefined {
  const n = unscramble(Number.parseInt(text.slice(0, 8), 16), key)
  return n < count && uuid(n, key) === text.toLowerCase() ? n : undefined
}
