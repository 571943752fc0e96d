/**
 * What a snapshot still has to read, as ranges of object ids: `after` is exclusive, `through` inclusive. Ids are compared as
 * lower-case text, which for UUIDs is their byte order.
 */
export interface Range {
  readonly after: string
  readonly through: string
}

/** Sorts before and after every UUID. */
export const LOWEST = ''
export const HIGHEST = '~'

/** Object ids are random UUIDs, so ranges of equal width hold about equally many compositions. */
export const partitions = (count: number): Range[] => {
  const bounds = Array.from({ length: count - 1 }, (_, i) => {
    const first = Math.floor((0x1_0000_0000 / count) * (i + 1)) - 1
    return `${first.toString(16).padStart(8, '0')}-ffff-ffff-ffff-ffffffffffff`
  })
  return [LOWEST, ...bounds].map((after, i) => ({ after, through: bounds[i] ?? HIGHEST }))
}

/** The ids that lie in any of the ranges, as disjoint ranges in order. */
export const union = (ranges: readonly Range[]): Range[] => {
  const merged: Range[] = []
  for (const range of [...ranges].sort((a, b) => (a.after < b.after ? -1 : 1))) {
    const last = merged.at(-1)
    if (last && range.after <= last.through) {
      if (range.through > last.through) merged[merged.length - 1] = { after: last.after, through: range.through }
    } else merged.push(range)
  }
  return merged
}

/** What is left of the ranges once `done` has been read. */
export const subtract = (ranges: readonly Range[], done: Range): Range[] =>
  ranges.flatMap(({ after, through }) => {
    if (through <= done.after || after >= done.through) return [{ after, through }]
    const left = after < done.after ? [{ after, through: done.after }] : []
    return through > done.through ? [...left, { after: done.through, through }] : left
  })

/** The same ids, cut at the partitions' bounds so that they can be read in parallel. */
export const cut = (ranges: readonly Range[], at: readonly Range[]): Range[] =>
  ranges.flatMap(range =>
    at
      .map(({ after, through }) => ({
        after: after > range.after ? after : range.after,
        through: through < range.through ? through : range.through,
      }))
      .filter(({ after, through }) => after < through),
  )

export const contains = (ranges: readonly Range[], id: string): boolean =>
  ranges.some(({ after, through }) => id > after && id <= through)
