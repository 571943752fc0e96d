/** Pairs of numbers in memory that is kept from page to page: nothing here is ever garbage. */
export class Spans {
  private numbers = new Int32Array(16_384)
  length = 0

  reset(): void {
    this.length = 0
  }

  extend(by: number): void {
    this.length += by
    if (this.length <= this.numbers.length) return
    const larger = new Int32Array(2 * this.length)
    larger.set(this.numbers)
    this.numbers = larger
  }

  set(at: number, start: number, end: number): void {
    this.numbers[at] = start
    this.numbers[at + 1] = end
  }

  at(index: number): [start: number, end: number] {
    return [this.numbers[index] ?? 0, this.numbers[index + 1] ?? 0]
  }

  /** A view, borrowed like everything here. */
  slice(from: number, to: number): Int32Array {
    return this.numbers.subarray(from, to)
  }
}
