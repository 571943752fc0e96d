import type { Connection, Submittable } from 'pg'

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])

/** The signature, no flags and no further header. */
export const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
export const COPY_TRAILER = Buffer.from([0xff, 0xff])

const never = () => {}

/**
 * One `COPY … FROM STDIN`, as a query for pg's client. Nothing is buffered here, and whatever happens to the server or
 * the socket ends in a rejection, never in an exception on the socket's own stack.
 */
export class CopyIn implements Submittable {
  /** Resolves when the server asks for data. Rejects when it refuses the statement. */
  readonly started: Promise<void>
  /** Resolves when the server has taken all rows. Rejects at the first failure. */
  readonly finished: Promise<void>
  private socket: Connection['stream'] | undefined
  private start: () => void = never
  private finish: () => void = never
  private fail: (error: Error) => void = never
  private failure: Error | undefined

  constructor(private readonly sql: string) {
    this.started = new Promise((resolve, reject) => {
      this.start = resolve
      this.fail = reject
    })
    const failStart = this.fail
    this.finished = new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = error => {
        failStart(error)
        reject(error)
      }
    })
    // Whoever writes is told too; a failure that nobody is waiting for must not end the process.
    this.started.catch(never)
    this.finished.catch(never)
  }

  /**
   * Sends a whole CopyData message. Resolves when the socket has handed it on, so that a slow server slows the caller
   * and the memory may be used again.
   */
  write(message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      // Behind an error the server ignores what comes, and pg may have let go of the socket.
      if (this.failure !== undefined || this.socket === undefined) {
        reject(this.failure ?? new Error('COPY has not started'))
        return
      }
      this.finished.catch(reject)
      this.socket.write(message, error => {
        if (error) reject(error)
        else resolve()
      })
    })
  }

  /** Ends the data. Resolves when the server has taken every row; they are visible when the transaction commits. */
  async end(): Promise<void> {
    await this.write(COPY_DONE)
    await this.finished
  }

  submit(connection: Connection): void {
    connection.query(this.sql)
  }

  handleCopyInResponse(connection: Connection): void {
    this.socket = connection.stream
    this.start()
  }

  handleCommandComplete(): void {
    // The rows count only once the server is ready again.
  }

  handleReadyForQuery(): void {
    this.finish()
  }

  /** pg forgets the query when it calls this: no handleReadyForQuery follows. */
  handleError(error: Error): void {
    this.failure = error
    this.fail(error)
  }
}
