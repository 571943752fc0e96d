/** Part of an ordered key: from `low` to `high`, both open-ended when undefined. Ends are always included. */
export interface Range<K> {
  low: K | undefined
  high: K | undefined
}

export const everything: readonly Range<never>[] = [{ low: undefined, high: undefined }]

export const isEverything = ({ low, high }: Range<unknown>): boolean => low === undefined && high === undefined

/** The parts that lie in one of `a` and in one of `b`. */
export function intersect<K extends string | number>(a: readonly Range<K>[], b: readonly Range<K>[]): Range<K>[] {
  return a
    .flatMap(x => b.map(y => ({ low: later(x.low, y.low), high: earlier(x.high, y.high) })))
    .filter(({ low, high }) => low === undefined || high === undefined || low <= high)
}

/** Everything that lies in one of them, in order and without overlap. */
export function union<K extends string | number>(ranges: readonly Range<K>[]): Range<K>[] {
  const sorted = [...ranges].sort((a, b) => {
    if (a.low === b.low) return 0
    return a.low === undefined || (b.low !== undefined && a.low < b.low) ? -1 : 1
  })
  const merged: Range<K>[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    const apart = last === undefined || (last.high !== undefined && range.low !== undefined && last.high < range.low)
    if (apart) merged.push({ ...range })
    else last.high = last.high === undefined || range.high === undefined ? undefined : later(last.high, range.high)
  }
  return merged
}

function later<K extends string | number>(a: K | undefined, b: K | undefined): K | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a
}

function earlier<K extends string | number>(a: K | undefined, b: K | undefined): K | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a
}
