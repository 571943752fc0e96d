import { ConfigError, TransientError } from '@openehr-connectors/cdk'
import { DatabaseError } from 'pg'

/** What was tried, for the message: `write to public.ehrs`, and the statement that would allow it. */
export interface Attempt {
  readonly doing: string
  readonly grant?: string
}

const code = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/**
 * SQLSTATEs after which the same transaction may succeed: connections (not 08P01, which also says that a binary row is
 * malformed), resources, shutdowns, locks, a failover, and a view made on a table just when it was to be swapped.
 */
const RETRYABLE = /^(08[^P]..|53...|57P0[1-5]|40001|40P01|55P03|25006|58...|2BP01)$/

/** Node's codes of a server that cannot be reached now. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])

/** What pg says, without a code, when the connection ends. */
const ENDED = /^(Connection terminated|timeout expired|timeout exceeded|Client has encountered a connection error)/

/** Whether trying again may help. */
export const isRetryable = (error: unknown): boolean =>
  error instanceof DatabaseError
    ? RETRYABLE.test(code(error))
    : UNREACHABLE.has(code(error)) ||
      code(error) === 'EAI_AGAIN' ||
      code(error).startsWith('ERR_STREAM') ||
      (error instanceof Error && ENDED.test(error.message))

const TLS_CODES =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH)/

/** Problems with name, TLS and certificates, which come from Node and pg and not from the server. */
const connectionProblem = (error: Error): string | undefined => {
  if (code(error) === 'ENOTFOUND') return 'The host name is not known. Check the host.'
  if (error.message === 'The server does not support SSL connections') {
    return 'The server offers no TLS. Set the TLS mode to disable, or turn TLS on at the server.'
  }
  if (code(error) === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return "The server's certificate is not for this host. Use the name in the certificate, or TLS mode verify-ca."
  }
  if (TLS_CODES.test(code(error))) {
    return `The TLS certificates do not fit (${code(error)}). Check the CA certificate and the client certificate.`
  }
  return undefined
}

/** What the user can mend, by SQLSTATE. */
const configProblem = (error: DatabaseError, { doing, grant }: Attempt): string | undefined => {
  const column = error.column === undefined ? 'a column' : `the column ${error.column}`
  switch (error.code) {
    case '28P01':
      return 'The server refused the username or password.'
    case '28000':
      return 'The server does not let this user in from here (pg_hba.conf). Check username, TLS mode and the server.'
    case '3D000':
      return 'The database does not exist. Check its name, or create it.'
    case '3F000':
      return 'The schema does not exist, and it was there before. Create it again.'
    case '42501':
      return `The user may not ${doing}.${grant === undefined ? '' : ` Allow it: ${grant};`}`
    case '23502':
      return `Could not ${doing}: ${column} is NOT NULL and the stream does not fill it. Drop the NOT NULL.`
    case '23505':
      return (
        `Could not ${doing}: the table has a unique key that rows of the stream share. ` +
        'Choose the sync mode append_dedup, or drop the key.'
      )
    case '23503':
      return `Could not ${doing}: rows of another table refer to rows that would go (a foreign key). Drop it.`
    case '55000':
      return (
        `Could not ${doing}: the table's state forbids it. If it is published, give it a replica identity: ` +
        'ALTER TABLE ... REPLICA IDENTITY FULL;'
      )
    case '54000':
      return (
        `Could not ${doing}: a value is too long for an index of the table, or a row has too many values for a page. ` +
        'Drop the index, choose another key, or deselect columns.'
      )
    case '54011':
      return `Could not ${doing}: a table has 1600 columns at most. Deselect some.`
    case '57014':
      return `Could not ${doing}: the server cancelled it. Raise the user's statement_timeout.`
    case '42P01':
      return `Could not ${doing}: the table has been dropped or renamed meanwhile.`
    default:
      return undefined
  }
}

/** Line and column of COPY's context line; the value, which follows, is a patient's. */
const position = (error: DatabaseError): string => {
  const [, line, column] = /^COPY .*, line (\d+)(?:, column ([^:]+))?/.exec(error.where ?? '') ?? []
  return line === undefined ? '' : `, row ${line} of the batch${column === undefined ? '' : `, column ${column}`}`
}

/**
 * Sorts what went wrong by what the reader does next. PostgreSQL's own texts are left out where they may hold values.
 */
export const sorted = (error: unknown, attempt: Attempt): unknown => {
  if (error instanceof DatabaseError) {
    const problem = configProblem(error, attempt)
    const cause = new Error(`PostgreSQL answered SQLSTATE ${error.code ?? 'unknown'}${position(error)}`)
    if (problem !== undefined) return new ConfigError(problem, { cause })
    if (isRetryable(error)) {
      return new TransientError(`Could not ${attempt.doing}: the server could not go on (SQLSTATE ${error.code}).`, {
        cause,
      })
    }
    return new Error(`Could not ${attempt.doing}: PostgreSQL refused it.`, { cause })
  }
  if (!(error instanceof Error)) return error
  const problem = connectionProblem(error)
  if (problem !== undefined) return new ConfigError(problem, { cause: error })
  if (isRetryable(error)) {
    return new TransientError(`Could not ${attempt.doing}: the connection to the server was lost or refused.`, {
      cause: error,
    })
  }
  return error
}
