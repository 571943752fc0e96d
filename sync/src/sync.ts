import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AirbyteStream } from '@openehr-connectors/spec'
import { configuredKey, configuredStreams, findStream, type Selection } from './catalog.js'
import { type Connector, type ConnectorOptions, connector } from './connector.js'
import { ledger as openLedger } from './ledger.js'
import type { Log } from './log.js'
import { type Dialect, type Plan, plan } from './plan.js'
import { run } from './run.js'
import { markFinished, resetStreams } from './state-content.js'
import { openStateFile, type StateFile } from './state-file.js'
import { stateKeeper } from './state-keeper.js'
import { descriptor, streamKey } from './stream-key.js'
import { type Progress, type Summary, streamProgress, summary } from './summary.js'

export interface SyncOptions {
  readonly source: ConnectorOptions
  readonly destination: ConnectorOptions
  /** Where states are kept between syncs of this connection. */
  readonly stateFile: string
  /** Default: all streams. */
  readonly streams?: Selection
  /** Default: refreshes. */
  readonly dialect?: Dialect
  /** Reads the selected streams from the start and replaces their rows. */
  readonly fullRefresh?: boolean
  /** Streams whose states are forgotten first; their rows stay. */
  readonly reset?: readonly string[]
  readonly onLog?: Log
  /** Called about twice a second, and once at the end. */
  readonly onProgress?: (progress: Progress) => void
  /** Stops the sync: the source ends, the destination writes what it was given, and its states are kept. */
  readonly signal?: AbortSignal
}

const PROGRESS_MS = 500

/**
 * One sync: specifications, checks, discovery, then `read` into `write` as Airbyte's worker does it. Resolves with what
 * became of it, also when a connector failed on the way.
 * @throws SyncError when it could not begin, or when the state file cannot be written
 */
export const sync = async (options: SyncOptions): Promise<Summary> => {
  const { onLog: log = () => undefined, signal = new AbortController().signal } = options
  const stateFile = await openStateFile(options.stateFile)
  try {
    return await withScratch(async scratch => {
      const source = await connector('source', options.source, scratch, log, signal)
      const destination = await connector('destination', options.destination, scratch, log, signal)
      const [discovered, modes] = await bothOrNeither(prepareSource(source), prepareDestination(destination))
      const streams = configuredStreams(discovered, options.streams, modes)
      const reset = (options.reset ?? []).map(name => streamKey(descriptor(findStream(discovered, name))))
      const remembered = resetStreams(stateFile.content, new Set(reset))
      const planned = plan(remembered, streams, options.dialect ?? 'refreshes', options.fullRefresh ?? false)
      return carry(source, destination, stateFile, planned, { ...options, log, signal })
    })
  } finally {
    await stateFile.close()
  }
}

/** The streams that a source offers, after its check. @throws SyncError when the source refuses */
export const discover = (
  options: ConnectorOptions,
  { onLog: log = () => undefined, signal = new AbortController().signal }: Pick<SyncOptions, 'onLog' | 'signal'> = {},
): Promise<readonly AirbyteStream[]> =>
  withScratch(async scratch => prepareSource(await connector('source', options, scratch, log, signal)))

const prepareSource = async (source: Connector): Promise<readonly AirbyteStream[]> => {
  await source.specification()
  await source.check()
  return source.discover()
}

const prepareDestination = async (destination: Connector): Promise<readonly string[]> => {
  const specification = await destination.specification()
  await destination.check()
  return specification.supported_destination_sync_modes ?? []
}

// The one that is still running would outlive its config file if the other's failure were thrown at once.
const bothOrNeither = async <A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([first, second])
  return [await first, await second]
}

const carry = async (
  source: Connector,
  destination: Connector,
  stateFile: StateFile,
  { streams, catalog, states, content }: Plan,
  options: SyncOptions & { readonly log: Log; readonly signal: AbortSignal },
): Promise<Summary> => {
  const unwritable = new AbortController()
  const keeper = stateKeeper(stateFile, content, () => unwritable.abort())
  // Before any record flows: a sync that is cut short must be known as such.
  await keeper.flush()
  const ledger = openLedger(streams)
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  const progress = () => options.onProgress?.({ seconds: seconds(), streams: ledger.accounts.map(streamProgress) })
  const ticker = setInterval(progress, PROGRESS_MS)
  try {
    const into = await destination.write(catalog)
    const from = await source.read(catalog, states).catch(async error => {
      into.stop(0)
      await into.exit
      throw error
    })
    const result = await run(from, into, {
      ledger,
      dialect: options.dialect ?? 'refreshes',
      log: options.log,
      keep: keeper.keep,
      signal: AbortSignal.any([options.signal, unwritable.signal]),
    })
    const ended = seconds()
    const done = result.outcome === 'succeeded' ? streams.map(configuredKey) : []
    await keeper.flush(kept => markFinished(kept, new Set(done)))
    return summary(result.outcome, result.problems, ledger.accounts, {
      seconds: ended,
      source: result.source,
      destination: result.destination,
      stateFile: stateFile.path,
    })
  } finally {
    clearInterval(ticker)
    progress()
  }
}

const withScratch = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'openehr-sync-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
