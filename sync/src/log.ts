/** A line for people about a running sync. */
export interface LogEntry {
  readonly from: 'source' | 'destination' | 'sync'
  readonly level: 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE'
  readonly message: string
}

export type Log = (entry: LogEntry) => void
