import type {
  AirbyteRecordMessage,
  AirbyteStateMessage,
  ConfiguredAirbyteStream,
  DestinationSyncMode,
  StreamDescriptor,
  SyncMode,
} from '@openehr-connectors/spec'
import type { RecordHead } from './envelope.js'
import { descriptor, streamKey, streamTitle } from './stream-key.js'

/** What is counted of one stream during a sync. */
export interface Account {
  readonly descriptor: StreamDescriptor
  readonly syncMode: SyncMode
  readonly destinationSyncMode: DestinationSyncMode
  status: 'waiting' | 'started' | 'running' | 'complete' | 'incomplete'
  /** The source's own guess of its records. */
  estimate: number | undefined
  /** RECORD lines that came from the source, and their bytes. */
  records: number
  bytes: number
  /** Records since the last state of this stream. */
  sinceState: number
  /** Records by the source's own count on its states; undefined when it keeps none. */
  sourceRecords: number | undefined
  /** Records by the destination's count on the states it returned, the rejected ones apart. */
  destinationRecords: number | undefined
  rejectedRecords: number
  /** States of this stream that the destination returned. */
  states: number
}

/** A state with the number by which the destination's echo is known again. */
export type NumberedState = AirbyteStateMessage & { readonly id: number }

/** Where source, runner and destination must agree: records between states, and states that come back in order. */
export interface Ledger {
  readonly accounts: readonly Account[]
  /** Every disagreement, for people. */
  readonly mismatches: readonly string[]
  /** The stream of a record, if it is in the catalog. One that names no namespace is known by a name that is unique. */
  accountOf(record: Pick<AirbyteRecordMessage, 'stream' | 'namespace'>): Account | undefined
  /** The same by the head alone: undefined when a namespace behind the data might decide. */
  accountOfHead(head: RecordHead): Account | undefined
  /** A state from the source, ready to be forwarded. @throws Error when the protocol forbids it */
  sent(state: AirbyteStateMessage): NumberedState
  /** A state from the destination. True when everything before it has arrived, so that it may be kept. */
  returned(state: AirbyteStateMessage): boolean
  /** Full refreshes for which the source sent no state at all, as is allowed to those that cannot be resumed. */
  withoutState(): readonly Account[]
  /** Both ended well: what has still not been accounted for is a disagreement too. */
  close(): void
}

interface Pending {
  readonly id: number
  /** Records before this state and behind the one before it. */
  readonly counts: ReadonlyMap<Account, number>
}

/** @param streams the streams of the catalog, with the modes as the user means them */
export const ledger = (streams: readonly ConfiguredAirbyteStream[]): Ledger => {
  const accounts = streams.map(open)
  const byKey = new Map(accounts.map(account => [streamKey(account.descriptor), account]))
  const byName = new Map(accounts.map(account => [account.descriptor.name, account]))
  const ambiguous = byName.size < accounts.length
  const mismatches: string[] = []
  // Accounts whose counts once disagreed: what was lost there would be lost for good if a later state were kept.
  const broken = new Set<Account>()
  const pending = new Map<string, Pending[]>()
  let lastId = 0
  let scope: 'STREAM' | 'GLOBAL' | undefined

  const disagree = (involved: Iterable<Account>, text: string) => {
    mismatches.push(text)
    for (const account of involved) broken.add(account)
  }
  const accountOf: Ledger['accountOf'] = ({ stream: name, namespace }) =>
    namespace === undefined && !ambiguous ? byName.get(name) : byKey.get(streamKey({ name, namespace }))
  const find = (stream: { readonly name: string; readonly namespace?: string }): Account => {
    const account = byKey.get(streamKey(stream))
    if (account) return account
    throw new Error(`It sent a state of the stream "${streamTitle(stream)}", which is not in the catalog.`)
  }
  const scopeOf = (state: AirbyteStateMessage): { queue: string; title: string; involved: readonly Account[] } => {
    if (state.global) return { queue: 'GLOBAL', title: 'all streams', involved: accounts }
    if (!state.stream) throw new Error('It sent a state of the LEGACY type.')
    const account = find(state.stream.stream_descriptor)
    const title = streamTitle(account.descriptor)
    return { queue: streamKey(account.descriptor), title, involved: [account] }
  }

  return {
    accounts,
    mismatches,
    accountOf,
    accountOfHead: head => (ambiguous && head.namespace === undefined ? undefined : accountOf(head)),

    sent: state => {
      const { queue, title, involved } = scopeOf(state)
      const kind = state.global ? 'GLOBAL' : 'STREAM'
      if (scope !== undefined && scope !== kind) throw new Error('It mixed GLOBAL and STREAM states.')
      scope = kind
      const counts = new Map(involved.map(account => [account, account.sinceState]))
      const seen = sum(counts.values())
      const own = state.sourceStats?.recordCount
      if (own !== undefined && own !== seen)
        disagree(involved, `${title}: the source counted ${own} records before a state, ${seen} arrived.`)
      for (const [account, count] of counts) {
        if (own !== undefined)
          account.sourceRecords = (account.sourceRecords ?? 0) + (involved.length === 1 ? own : count)
        account.sinceState = 0
      }
      const id = ++lastId
      const waiting = pending.get(queue)
      if (waiting) waiting.push({ id, counts })
      else pending.set(queue, [{ id, counts }])
      return { ...state, id, sourceStats: { ...state.sourceStats, recordCount: own ?? seen } }
    },

    returned: state => {
      const { queue, title, involved } = scopeOf(state)
      const waiting = pending.get(queue) ?? []
      const id: unknown = Reflect.get(state, 'id')
      const at = waiting.findIndex(one => one.id === id)
      if (at < 0) {
        disagree(involved, `${title}: the destination returned a state without its id, twice, or out of order.`)
        return false
      }
      // A returned state speaks for those before it, should the destination have left some out.
      const covered = waiting.splice(0, at + 1)
      const expected = new Map(
        involved.map(account => [account, sum(covered.map(one => one.counts.get(account) ?? 0))]),
      )
      const total = sum(expected.values())
      const stats = state.destinationStats
      const rejected = stats?.rejectedRecordCount ?? 0
      if (stats?.recordCount !== undefined && stats.recordCount + rejected !== total)
        disagree(
          involved,
          `${title}: ${total} records went to the destination before a state, it counted ${stats.recordCount + rejected}.`,
        )
      const [only] = involved
      for (const [account, count] of expected) {
        account.states++
        if (stats?.recordCount !== undefined)
          account.destinationRecords =
            (account.destinationRecords ?? 0) + (involved.length === 1 ? stats.recordCount : count)
      }
      if (only) only.rejectedRecords += rejected
      return !involved.some(account => broken.has(account))
    },

    withoutState: () =>
      scope === 'GLOBAL'
        ? []
        : accounts.filter(one => one.syncMode === 'full_refresh' && !pending.has(streamKey(one.descriptor))),

    close: () => {
      for (const waiting of pending.values())
        for (const { counts } of waiting.slice(0, 1)) {
          const [only] = counts.keys()
          const title = counts.size === 1 && only ? streamTitle(only.descriptor) : 'all streams'
          disagree(counts.keys(), `${title}: the destination did not return ${waiting.length} of the states.`)
        }
      for (const account of accounts)
        if (account.sinceState > 0)
          disagree(
            [account],
            `${streamTitle(account.descriptor)}: the source sent ${account.sinceState} records behind its last state.`,
          )
    },
  }
}

const open = ({ stream, sync_mode, destination_sync_mode }: ConfiguredAirbyteStream): Account => ({
  descriptor: descriptor(stream),
  syncMode: sync_mode,
  destinationSyncMode: destination_sync_mode,
  status: 'waiting',
  estimate: undefined,
  records: 0,
  bytes: 0,
  sinceState: 0,
  sourceRecords: undefined,
  destinationRecords: undefined,
  rejectedRecords: 0,
  states: 0,
})

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0)
