import type { Exit } from './child.js'
import { EXIT_CODES, type Outcome } from './failure.js'
import type { Account } from './ledger.js'

/** What became of one stream. Counts are records. */
export interface StreamSummary {
  readonly name: string
  readonly namespace?: string
  readonly syncMode: string
  readonly destinationSyncMode: string
  readonly status: Account['status']
  /** Counted on the way. */
  readonly records: number
  readonly bytes: number
  /** Counted by the source and by the destination on their states; null when they keep no count. */
  readonly sourceRecords: number | null
  readonly destinationRecords: number | null
  readonly rejectedRecords: number
  /** States that the destination returned. */
  readonly states: number
}

/** What became of a sync. */
export interface Summary {
  readonly outcome: Outcome
  readonly exitCode: number
  /** From the start of the connectors' `read` and `write` to the end of both. */
  readonly seconds: number
  readonly records: number
  readonly bytes: number
  readonly streams: readonly StreamSummary[]
  /** Why it did not succeed, most important first. */
  readonly problems: readonly string[]
  readonly source: Exit
  readonly destination: Exit
  readonly stateFile: string
}

/** How far a running sync is. */
export interface Progress {
  readonly seconds: number
  readonly streams: readonly StreamProgress[]
}

export interface StreamProgress {
  readonly name: string
  readonly namespace?: string
  readonly status: Account['status']
  readonly records: number
  readonly bytes: number
  /** Records that the source expects in all, if it says so. */
  readonly estimate?: number
}

export const streamSummary = (account: Account): StreamSummary => ({
  ...account.descriptor,
  syncMode: account.syncMode,
  destinationSyncMode: account.destinationSyncMode,
  status: account.status,
  records: account.records,
  bytes: account.bytes,
  sourceRecords: account.sourceRecords ?? null,
  destinationRecords: account.destinationRecords ?? null,
  rejectedRecords: account.rejectedRecords,
  states: account.states,
})

export const streamProgress = (account: Account): StreamProgress => ({
  ...account.descriptor,
  status: account.status,
  records: account.records,
  bytes: account.bytes,
  ...(account.estimate !== undefined && { estimate: account.estimate }),
})

export const summary = (
  outcome: Outcome,
  problems: readonly string[],
  accounts: readonly Account[],
  rest: Pick<Summary, 'seconds' | 'source' | 'destination' | 'stateFile'>,
): Summary => ({
  outcome,
  exitCode: EXIT_CODES[outcome],
  records: accounts.reduce((sum, account) => sum + account.records, 0),
  bytes: accounts.reduce((sum, account) => sum + account.bytes, 0),
  streams: accounts.map(streamSummary),
  problems,
  ...rest,
})
