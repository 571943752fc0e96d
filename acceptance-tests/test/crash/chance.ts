import { createHash } from 'node:crypto'

/** Another one at each run; CRASH_SEED repeats the one that a title shows. */
export const seed = process.env.CRASH_SEED ?? `${Date.now() % 1_000_000}`

/** Numbers in [0, 1), the same for the same seed. */
export type Chance = () => number

export function chanceFor(purpose: string): Chance {
  let drawn = 0
  return () => createHash('sha256').update(`${seed} ${purpose} ${drawn++}`).digest().readUInt32BE() / 2 ** 32
}

/** @throws RangeError when there is nothing to choose from */
export function oneOf<T>(chance: Chance, choices: readonly T[]): T {
  const choice = choices[Math.floor(chance() * choices.length)]
  if (choice === undefined) throw new RangeError('There is nothing to choose from.')
  return choice
}
