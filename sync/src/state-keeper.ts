import type { AirbyteStateMessage } from '@openehr-connectors/spec'
import { keepState, type StateContent } from './state-content.js'
import type { StateFile } from './state-file.js'

/** The states of a running sync on their way to disk. */
export interface StateKeeper {
  /** Remembers a state; it is on disk within about a second, or after `flush`. */
  keep(state: AirbyteStateMessage): void
  /** Changes what is remembered, and writes it. */
  flush(change?: (content: StateContent) => StateContent): Promise<void>
}

// A write costs two fsyncs. A lost state costs only the reading of a second's records again.
const INTERVAL_MS = 1000

/** @param failed is called once when the file cannot be written, for then the sync may as well stop */
export const stateKeeper = (file: StateFile, start: StateContent, failed: (error: unknown) => void): StateKeeper => {
  let content = start
  let saved = file.content
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()
  const write = () => {
    writing = writing.then(async () => {
      if (saved === content) return
      const now = content
      await file.save(now)
      saved = now
    })
    return writing
  }
  return {
    keep: state => {
      content = keepState(content, state)
      timer ??= setTimeout(() => {
        timer = undefined
        write().catch(failed)
      }, INTERVAL_MS)
    },
    flush: async (change = same => same) => {
      clearTimeout(timer)
      timer = undefined
      content = change(content)
      await write()
    },
  }
}
