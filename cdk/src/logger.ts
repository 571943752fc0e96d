/** LOG messages of the protocol, without the values of secrets or records. Levels below LOG_LEVEL are dropped. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}

/** The protocol's levels, the gravest first (protocol 0.18, AirbyteLogMessage.level). */
const LEVELS = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const
export type LogLevel = (typeof LEVELS)[number]

/**
 * @param threshold the LOG_LEVEL of the environment; absent or unknown means INFO
 * @param say takes a message that is to be sent; the logger does not wait for it
 */
export function createLogger(threshold: string | undefined, say: (level: LogLevel, message: string) => void): Logger {
  const asked = LEVELS.indexOf(threshold?.toUpperCase() as LogLevel)
  const lowest = asked < 0 ? LEVELS.indexOf('INFO') : asked
  const at = (level: LogLevel) => (message: string) => {
    if (LEVELS.indexOf(level) <= lowest) say(level, message)
  }
  return { error: at('ERROR'), warn: at('WARN'), info: at('INFO'), debug: at('DEBUG') }
}
