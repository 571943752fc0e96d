/** What a state waits for. */
export interface Covered {
  /** Records that have come for the stream. */
  readonly received: number
  /** The stream has failed: no state of it may go back any more. */
  readonly failed: boolean
  /** Whether the first `count` records are where they need to be for a state behind them to go back. */
  settled(count: number): boolean
}

interface Waiting {
  readonly line: string
  readonly behind: readonly { readonly stream: Covered; readonly count: number }[]
}

/** States that wait for the records before them. Those of one stream go back in the order in which they came. */
export class StateQueue {
  #waiting: Waiting[] = []
  #emitting: Promise<void> = Promise.resolve()

  /** @param emit sends a line; resolves when it is taken */
  constructor(private readonly emit: (line: string) => Promise<void>) {}

  /** Lays a state behind all records that have come for these streams. */
  push(line: string, streams: readonly Covered[]): void {
    this.#waiting.push({ line, behind: streams.map(stream => ({ stream, count: stream.received })) })
  }

  /**
   * Emits the states that need not wait any longer.
   * @returns when they, and all before, are taken; rejects when one was not
   */
  release(): Promise<void> {
    const held = new Set<Covered>()
    this.#waiting = this.#waiting.filter(({ line, behind }) => {
      if (behind.some(({ stream }) => stream.failed)) return false
      if (behind.every(({ stream, count }) => !held.has(stream) && stream.settled(count))) {
        this.#emitting = this.#emitting.then(() => this.emit(line))
        return false
      }
      // Whatever comes behind a state that waits, waits too.
      for (const { stream } of behind) held.add(stream)
      return true
    })
    return this.#emitting
  }
}
