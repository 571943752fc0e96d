/** Airbyte's three kinds of failure (protocol 0.18, AirbyteErrorTraceMessage.failure_type). */
export type FailureType = 'config_error' | 'transient_error' | 'system_error'

/** The user can mend it: a wrong URL, password, option, catalog or state. The message says what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Trying again later may help: a server that is down, slow or overloaded. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError'
}

/** No answer came in the time allowed. A smaller request may get one. */
export class TimeoutError extends TransientError {
  override readonly name = 'TimeoutError'
}

/** What the reader does next decides the kind; anything that is not sorted is our own bug. */
export const failureType = (error: unknown): FailureType =>
  error instanceof ConfigError ? 'config_error' : error instanceof TransientError ? 'transient_error' : 'system_error'
