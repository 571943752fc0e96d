import type { Writable } from 'node:stream'

/** The way into a process that may end before it has read all. */
export interface Outlet {
  /** Resolves when there is room for more; false once the reader is gone. */
  write(buffers: readonly Buffer[]): Promise<boolean>
  end(): void
  /** Resolves when the reader is gone before `end`. */
  readonly broken: Promise<void>
}

/** @param stream the stdin of a child */
export const outlet = (stream: Writable): Outlet => {
  let gone = false
  let wake: (() => void) | undefined
  const roomAgain = () => {
    wake?.()
    wake = undefined
  }
  stream.on('drain', roomAgain)
  const broken = new Promise<void>(resolve => {
    const lost = () => {
      gone = true
      roomAgain()
      resolve()
    }
    stream.on('error', lost)
    stream.on('close', () => {
      if (!stream.writableFinished) lost()
    })
  })
  return {
    broken,
    write: async buffers => {
      if (gone) return false
      // One system call for all of them.
      stream.cork()
      for (const buffer of buffers) stream.write(buffer)
      stream.uncork()
      if (stream.writableNeedDrain)
        await new Promise<void>(resolve => {
          wake = resolve
        })
      return !gone
    },
    end: () => {
      if (!gone) stream.end()
    },
  }
}
