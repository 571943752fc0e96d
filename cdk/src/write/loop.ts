import type { ConfiguredAirbyteCatalog } from '@openehr-connectors/spec'
import type { Sink, Writer } from '../destination.js'
import { ConfigError, TransientError } from '../errors.js'
import type { Logger } from '../logger.js'
import { isComplete, knowsRefreshes } from './evidence.js'
import { StreamFailures } from './failures.js'
import { type Clock, defaultLimits, systemClock, type WriteLimits } from './limits.js'
import { LineCutter } from './lines.js'
import { type Message, MessageReader } from './message.js'
import { echo } from './state-message.js'
import { StateQueue } from './states.js'
import { streamKey, streamTitle } from './stream-key.js'
import { StreamLoad } from './stream-load.js'
import { untilAborted } from './until-aborted.js'

export interface WriteOptions {
  /** Lines of the protocol, cut anywhere. */
  readonly input: AsyncIterable<Buffer>
  readonly catalog: ConfiguredAirbyteCatalog
  /** Stays open: who opened it closes it. */
  readonly sink: Sink
  /** `raw` sends a line, without its line end, and resolves when it is taken. */
  readonly emit: { raw(line: string): Promise<void> }
  readonly log: Logger
  readonly limits?: Partial<WriteLimits>
  /** Tells the sync to stop: what has come is written, its states go back, and nothing is replaced. */
  readonly signal: AbortSignal
  readonly clock?: Clock
}

/**
 * Writes what comes in, until its end: the work of a destination (protocol 0.18). A state goes back when the records
 * before it are durable. Resolves when all streams are finished, and also when `signal` has stopped it.
 * @throws StreamFailures when streams could not be written, once the others are finished
 * @throws TransientError when the platform did not say of each stream that it was read to its end
 * @throws Error for input that is not the protocol's, once what came before it is written
 */
export async function runWrite(options: WriteOptions): Promise<void> {
  const { input, catalog, sink, log, signal, clock = systemClock } = options
  const limits = { ...defaultLimits, ...options.limits }
  const states = new StateQueue(line => options.emit.raw(line))
  const bytes = { gathered: 0, written: 0 }
  const writes = new AbortController()
  let forgetGrace = () => {}
  const onAbort = () => {
    forgetGrace = clock.after(limits.graceMs, () => writes.abort(signal.reason))
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })

  const ended = async (load: StreamLoad, rows: number): Promise<void> => {
    const title = streamTitle(load.configured.stream)
    if (load.failure) log.error(`The stream ${title} is given up. ${reason(load.failure.cause)}`)
    else log.debug(`${rows} records of the stream ${title} are durable.`)
    // A state that nobody takes is not the stream's failure: the last release tells of it.
    await states.release().catch(() => {})
  }
  const streams = new Map<string, StreamLoad>()
  for (const configured of catalog.streams) {
    // One after another: to create the same schema twice at once is an error in most databases.
    const writer = await sink.writer(configured).catch(refused)
    const { name, namespace } = configured.stream
    const load = new StreamLoad(configured, writer, { limits, clock, signal: writes.signal, bytes, ended })
    streams.set(streamKey(name, namespace), load)
  }
  const loads = [...streams.values()]

  const broken = await read().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const readToEnd = broken === undefined && !signal.aborted
  await Promise.all(loads.map(load => finish(load)))
  signal.removeEventListener('abort', onAbort)
  forgetGrace()
  await states.release()
  if (broken) throw broken.error
  const failures = loads.flatMap(({ configured: { stream }, failure }) => (failure ? { stream, ...failure } : []))
  if (failures.length > 0) throw new StreamFailures(failures)
  const unfinished = loads.filter(({ configured, status }) => knowsRefreshes(configured) && status !== 'COMPLETE')
  if (readToEnd && unfinished.length > 0) throw new TransientError(unfinishedMessage(unfinished))

  async function read(): Promise<void> {
    const cutter = new LineCutter()
    const reader = new MessageReader()
    for await (const chunk of untilAborted(input, signal)) {
      for (const line of cutter.cut(chunk)) {
        const room = take(reader.read(line, cutter.number))
        if (room) await room
        if (signal.aborted) return
      }
      if (loads.length > 0 && loads.every(load => load.failed)) return
    }
    const last = signal.aborted ? undefined : cutter.end()
    if (last?.length) await take(readLast(reader, last, cutter.number))
  }

  /** Nothing to await, in most cases. */
  function take(message: Message | undefined): Promise<void> | undefined {
    if (message === undefined) return undefined
    if (message.type === 'RECORD') {
      const load = loadOf(message)
      load.add(message)
      return load.full || bytes.gathered + bytes.written >= limits.budgetBytes ? makeRoom(load) : undefined
    }
    if (message.type === 'STATUS') {
      const load = streams.get(message.stream)
      // A stream that did not come to its end has not, whatever comes later.
      if (load && load.status !== 'INCOMPLETE') load.status = message.status
      return undefined
    }
    const covered = message.scope === 'GLOBAL' ? loads : message.told.map(loadOf)
    let recordCount = 0
    for (const load of covered) {
      recordCount += load.sinceState
      load.sinceState = 0
      load.lastState ??= { state: undefined }
    }
    for (const { stream, state } of message.told) {
      const load = streams.get(stream)
      if (load) load.lastState = { state }
    }
    states.push(echo(message, recordCount), covered)
    return states.release()
  }

  function loadOf({ stream, name }: { readonly stream: string; readonly name: string }): StreamLoad {
    const load = streams.get(stream)
    if (!load) throw new Error(`The stream ${name} is not in the configured catalog.`)
    return load
  }

  /** Waits until the next record may be taken: here a slow destination holds back the source. */
  async function makeRoom(load: StreamLoad): Promise<void> {
    while (load.full) {
      load.start()
      if (load.full) await load.writing
    }
    while (bytes.gathered + bytes.written >= limits.budgetBytes) {
      startLargest()
      await Promise.race(loads.flatMap(({ writing }) => writing ?? []))
    }
  }

  /** One half of the budget is for what is gathered, the other for what is written: so both go on at once. */
  function startLargest(): void {
    const idle = loads.filter(load => load.gathered > 0 && !load.writing).sort((a, b) => b.gathered - a.gathered)
    for (const load of idle) {
      if (bytes.gathered <= limits.budgetBytes / 2) break
      load.start()
    }
  }

  async function finish(load: StreamLoad): Promise<void> {
    const complete = readToEnd && isComplete(load.evidence)
    const inPlace = await load.end(complete)
    if (!inPlace && !load.failed) {
      const reason = complete ? '' : ', because there is no sign that the source has read all of it'
      log.warn(`The rows of the stream ${streamTitle(load.configured.stream)} are kept aside${reason}.`)
    }
    await states.release().catch(() => {})
  }
}

/** In place of a writer that could not be had: the stream fails like one whose write failed, and the others go on. */
const refused = (cause: unknown): Writer => ({
  settles: 'finish',
  write: () => Promise.reject(cause),
  finish: () => Promise.reject(cause),
})

/** What may be told of a failure at once; the rest is for its trace. */
const reason = (cause: unknown): string =>
  cause instanceof ConfigError || cause instanceof TransientError ? cause.message : 'It is an error of the connector.'

/** The last line lacks its line end: it may have been cut off by the end of the source. */
function readLast(reader: MessageReader, line: Buffer, number: number): Message | undefined {
  try {
    return reader.read(line, number)
  } catch (cause) {
    throw new TransientError(`The input ends within line ${number}: the source did not finish.`, { cause })
  }
}

const unfinishedMessage = (loads: readonly StreamLoad[]): string =>
  `The source did not finish these streams: ${loads.map(({ configured }) => streamTitle(configured.stream)).join(', ')}. ` +
  'What they replace was left as it was; the next attempt goes on from the last state.'
