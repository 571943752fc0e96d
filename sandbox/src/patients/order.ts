/** Stable radix sort of `order` by the 16 bits that `digit` takes from each index. */
function pass(order: Uint32Array, digit: (index: number) => number): Uint32Array {
  const starts = new Uint32Array(0x10001)
  for (const index of order) starts[digit(index) + 1] = (starts[digit(index) + 1] ?? 0) + 1
  for (let d = 0; d < 0x10000; d++) starts[d + 1] = (starts[d + 1] ?? 0) + (starts[d] ?? 0)
  const sorted = new Uint32Array(order.length)
  for (const index of order) {
    const at = starts[digit(index)] ?? 0
    sorted[at] = index
    starts[digit(index)] = at + 1
  }
  return sorted
}

/**
 * The indices 0 … `from.length` - 1 sorted by `key`, a whole number in [0, 2^(16 · `digits`)); those with equal keys
 * stay as they are in `from`. Radix sort, because a million comparisons by a function take a second and this does not.
 */
export function sortedBy(from: Uint32Array, digits: number, key: (index: number) => number): Uint32Array {
  let order = from
  for (let d = 0; d < digits; d++) {
    const scale = 2 ** (16 * d)
    order = pass(order, index => Math.floor(key(index) / scale) % 0x10000)
  }
  return order
}

export const ascending = (length: number): Uint32Array => Uint32Array.from({ length }, (_, index) => index)

/** How many of the first indices of `order` have a `key` below `bound`: where a scan from `bound` begins. */
export function countBelow(order: Uint32Array, key: (index: number) => number, bound: number): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (key(order[middle] ?? 0) < bound) low = middle + 1
    else high = middle
  }
  return low
}
