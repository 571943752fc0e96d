/** Characters kept at most: a million compositions still fit into half a gigabyte. */
const budget = 128 * 1024 * 1024

/**
 * Remembers the texts that were asked for first, until the budget is spent; later ones are made again every time.
 * Nothing is thrown out: a scan over more than fits would throw out everything just before it is asked for again.
 */
export function remembered(text: (row: number) => string): (row: number) => string {
  const texts = new Map<number, string>()
  let spent = 0
  return row => {
    const known = texts.get(row)
    if (known !== undefined) return known
    const made = text(row)
    if (spent > budget) return made
    // By way of bytes: a string put together from pieces keeps all its pieces alive.
    const flat = Buffer.from(made).toString()
    spent += flat.length
    texts.set(row, flat)
    return flat
  }
}
