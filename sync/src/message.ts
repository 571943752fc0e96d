import { type AirbyteMessage, validateMessage } from '@openehr-connectors/spec'
import type { Log, LogEntry } from './log.js'

/** The message of a line, or undefined when it is none. */
export const parseMessage = (line: string): AirbyteMessage | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    const message: unknown = JSON.parse(line)
    return validateMessage(message).length === 0 ? (message as AirbyteMessage) : undefined
  } catch {
    return undefined
  }
}

/** Shows what a connector says to people: its logs, its errors, and whatever else it prints on stdout. */
export const showMessage = (
  from: LogEntry['from'],
  message: AirbyteMessage | undefined,
  line: string,
  log: Log,
): void => {
  if (message === undefined) {
    // What looks like a message may hold a record.
    const shown = line.startsWith('{') ? 'A line that is no message of the protocol was left out.' : line
    log({ from, level: line.startsWith('{') ? 'WARN' : 'INFO', message: shown })
  }
  if (message?.log) log({ from, level: message.log.level, message: message.log.message })
  if (message?.trace?.error) {
    const { message: text, internal_message: internal } = message.trace.error
    log({ from, level: 'ERROR', message: internal === undefined ? text : `${text} (${internal})` })
  }
  if (message?.control)
    log({ from, level: 'WARN', message: 'It asks for a change of its config, which is not made here.' })
}
