import { formatBytes, formatCount, formatDuration, formatTable } from './format.js'
import type { LogEntry } from './log.js'
import { streamTitle } from './stream-key.js'
import type { Progress, StreamProgress, Summary } from './summary.js'

/** Shows a running sync to people. */
export interface Display {
  log(entry: LogEntry): void
  progress(progress: Progress): void
  /** Clears away what was only for the meantime. */
  end(): void
}

/** The part of a terminal that is needed here. */
export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

const PLAIN_INTERVAL_S = 10

/**
 * A live table on a terminal, a plain line every ten seconds elsewhere, and nothing but errors when `quiet`.
 * @param environment NO_COLOR and TERM are honoured
 */
export const display = (screen: Screen, quiet: boolean, environment: Readonly<NodeJS.ProcessEnv>): Display => {
  const live = screen.isTTY === true && environment.TERM !== 'dumb'
  const paint = live && !environment.NO_COLOR
  const show = (entry: LogEntry) => {
    if (!quiet || entry.level === 'ERROR' || entry.level === 'FATAL') screen.write(`${logLine(entry, paint)}\n`)
  }
  if (quiet) return { log: show, progress: () => undefined, end: () => undefined }
  return live ? table(screen, show) : lines(screen, show)
}

const lines = (screen: Screen, log: Display['log']): Display => {
  let last = 0
  return {
    log,
    progress: ({ seconds, streams }) => {
      if (seconds - last < PLAIN_INTERVAL_S) return
      last = seconds
      screen.write(`${formatDuration(seconds)}: ${totals(streams, seconds)}\n`)
    },
    end: () => undefined,
  }
}

const table = (screen: Screen, show: Display['log']): Display => {
  let drawn: string[] = []
  let latest: { readonly seconds: number; readonly records: ReadonlyMap<string, number> } | undefined
  const erase = () => {
    if (drawn.length > 0) screen.write(`\x1b[${drawn.length}A\x1b[J`)
  }
  const draw = () => screen.write(drawn.map(line => `${line}\n`).join(''))
  return {
    log: entry => {
      erase()
      show(entry)
      draw()
    },
    progress: ({ seconds, streams }) => {
      erase()
      const rates = streams.map(stream => rateSince(latest, stream, seconds))
      latest = { seconds, records: new Map(streams.map(stream => [streamTitle(stream), stream.records])) }
      const room = Math.max(1, (screen.rows || 24) - 4)
      const rows = streams.map((stream, at) => row(stream, rates[at] ?? 0))
      // With a hundred streams the ones that move are the ones to see.
      const seen = rows.length <= room ? rows : rows.filter((_, at) => streams[at]?.status === 'running').slice(0, room)
      const hidden = rows.length - seen.length
      drawn = [
        ...formatTable([['stream', 'records', 'size', 'records/s', 'status'], ...seen]),
        ...(hidden > 0 ? [`and ${hidden} more`] : []),
        `${formatDuration(seconds)}: ${totals(streams, seconds)}`,
      ].map(line => line.slice(0, Math.max(1, (screen.columns || 80) - 1)))
      draw()
    },
    end: () => {
      erase()
      drawn = []
    },
  }
}

const rateSince = (
  latest: { readonly seconds: number; readonly records: ReadonlyMap<string, number> } | undefined,
  stream: StreamProgress,
  seconds: number,
): number => {
  const [from, before] = latest ? [latest.seconds, latest.records.get(streamTitle(stream)) ?? 0] : [0, 0]
  return seconds > from ? (stream.records - before) / (seconds - from) : 0
}

const row = (stream: StreamProgress, rate: number): string[] => [
  streamTitle(stream),
  stream.estimate === undefined
    ? formatCount(stream.records)
    : `${formatCount(stream.records)} of ~${formatCount(stream.estimate)}`,
  formatBytes(stream.bytes),
  formatCount(rate),
  stream.status,
]

const totals = (streams: readonly StreamProgress[], seconds: number): string => {
  const records = streams.reduce((sum, stream) => sum + stream.records, 0)
  const bytes = streams.reduce((sum, stream) => sum + stream.bytes, 0)
  const rate = seconds > 0 ? records / seconds : 0
  return `${formatCount(records)} records, ${formatBytes(bytes)}, ${formatCount(rate)} records/s`
}

const COLOURS: Partial<Record<LogEntry['level'], string>> = {
  FATAL: '31',
  ERROR: '31',
  WARN: '33',
  DEBUG: '2',
  TRACE: '2',
}

// What a server or a patient's name puts into a log must not move the cursor.
const CONTROL_CHARACTERS = /[^\P{Cc}\t\n]/gu

const logLine = ({ from, level, message }: LogEntry, paint: boolean): string => {
  const line = `${from} ${level}: ${message.replace(CONTROL_CHARACTERS, '')}`
  const colour = paint ? COLOURS[level] : undefined
  return colour === undefined ? line : `\x1b[${colour}m${line}\x1b[0m`
}

/** What became of a sync, for people. */
export const summaryText = (summary: Summary): string => {
  const unknown = (count: number | null) => (count === null ? '?' : formatCount(count))
  const rows = summary.streams.map(stream => [
    streamTitle(stream),
    `${stream.syncMode} + ${stream.destinationSyncMode}`,
    formatCount(stream.records),
    unknown(stream.sourceRecords),
    unknown(stream.destinationRecords),
    formatCount(stream.rejectedRecords),
    formatBytes(stream.bytes),
    stream.status,
  ])
  const head = ['stream', 'mode', 'records', 'source says', 'destination says', 'rejected', 'size', 'status']
  return [
    ...formatTable([head, ...rows]),
    `${summary.outcome.replace('_', ' ')} after ${formatDuration(summary.seconds)}: ${totals(summary.streams, summary.seconds)}`,
    ...summary.problems.map(problem => `- ${problem}`),
  ].join('\n')
}
