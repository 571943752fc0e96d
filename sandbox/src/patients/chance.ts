/** Chance by seed: everything about a synthetic patient is computed again from a few numbers, nothing is kept. */

/** One of 2³² permutations of the 32-bit numbers, chosen by `key`: different inputs never meet. */
export function scramble(n: number, key: number): number {
  let x = (n ^ key) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

/** `factor`'s inverse modulo 2³², for an odd factor: each round doubles the bits that are right. */
function inverse(factor: number): number {
  let x = factor
  for (let round = 0; round < 5; round++) x = Math.imul(x, 2 - Math.imul(factor, x))
  return x
}

const unshift = (x: number, by: number): number => {
  let y = x
  for (let known = by; known < 32; known += by) y = x ^ (y >>> by)
  return y
}

/** The number that `scramble` turns into `scrambled` under the same key. */
export function unscramble(scrambled: number, key: number): number {
  const x = Math.imul(unshift(scrambled, 15), inverse(0x735a2d97))
  const y = Math.imul(unshift(x, 15), inverse(0x21f0aaad))
  return (unshift(y, 16) ^ key) >>> 0
}

/** A key derived from another one and a purpose, so that purposes do not move together. */
export const keyOf = (seed: number, purpose: number): number => scramble(purpose, scramble(seed, 0x5bd1e995))

/** A sequence of chances that begins the same for the same key and number. */
export class Chance {
  #state: number

  constructor(key: number, n: number) {
    this.#state = scramble(n, key) | 0
  }

  /** 32 bits. */
  bits(): number {
    // Signed, so that the engine keeps it as a small integer and allocates nothing.
    this.#state = (this.#state + 0x9e3779b9) | 0
    return scramble(this.#state, 0)
  }

  /** Evenly in [0, 1). */
  unit(): number {
    return this.bits() / 2 ** 32
  }

  happens(probability: number): boolean {
    return this.unit() < probability
  }

  /** What `make` gives, with this probability; otherwise nothing is made. */
  sometimes<T>(probability: number, make: () => T): T | undefined {
    return this.happens(probability) ? make() : undefined
  }

  /** A whole number in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1))
  }

  /** Around `mean`, bell-shaped (a sum of three, so never further off than three times `spread`). */
  around(mean: number, spread: number): number {
    return mean + (this.unit() + this.unit() + this.unit() - 1.5) * 2 * spread
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.unit() * list.length)]
    if (picked === undefined) throw new RangeError('Nothing to pick from.')
    return picked
  }
}
