/** How much is gathered before it is written, and how long. */
export interface WriteLimits {
  /** Bytes and rows of a batch; whichever is reached first starts its write. */
  readonly batchBytes: number
  readonly batchRows: number
  /** Milliseconds that a record waits in its batch at most: its state can go back no earlier. */
  readonly batchAge: number
  /** Bytes of all records of all streams that are gathered or being written. */
  readonly budgetBytes: number
  /** Milliseconds that writes may go on after the sync was told to stop. */
  readonly graceMs: number
}

export const defaultLimits: WriteLimits = {
  // Measured: between 1,000 and 50,000 rows PostgreSQL is equally fast, and memory grows with the batch.
  batchBytes: 16 * 1024 * 1024,
  batchRows: 50_000,
  batchAge: 60_000,
  budgetBytes: 64 * 1024 * 1024,
  // Of the 30 s between SIGTERM and SIGKILL, what is left belongs to finish and to stdout.
  graceMs: 15_000,
}

/** The passing of time, as a batch feels it. */
export interface Clock {
  /** Calls `run` in `ms` milliseconds unless the function that it returns is called before. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
