/** How a sync ended, and the exit code of `openehr-sync` for it. */
export const EXIT_CODES = {
  succeeded: 0,
  source_failed: 1,
  destination_failed: 2,
  counts_differ: 3,
  usage: 4,
  cancelled: 143,
} as const

/** What may be wrong with a sync. `usage` is whatever the user mends: options, files, a config that `check` refuses. */
export type Outcome = keyof typeof EXIT_CODES

/** The sync did not start. Its message is for the user and holds no value of a config. */
export class SyncError extends Error {
  override readonly name = 'SyncError'
  constructor(
    readonly outcome: Exclude<Outcome, 'succeeded' | 'counts_differ'>,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
