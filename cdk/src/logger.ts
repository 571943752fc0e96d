/** LOG messages of the protocol, without the values of secrets or records. Levels below LOG_LEVEL are dropped. */
export interface Logger {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  debug(message: string): void
}
