import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { SandboxOptions } from '@openehr-connectors/sandbox'

export interface SandboxRequest {
  readonly file: number
}

export interface FiledCount {
  readonly created: number
  readonly corrected: number
}

export interface StartedSandbox {
  readonly baseUrl: string
  readonly port: number
  readonly compositions: number
  readonly ehrs: number
}

export type SandboxReply = { readonly started: StartedSandbox } | { readonly filed: FiledCount }

/** The demonstration's openEHR server. */
export interface Clinic extends StartedSandbox {
  /** Has compositions filed as of now, `count` in all. */
  file(count: number): Promise<FiledCount>
  stop(): Promise<void>
}

/**
 * Starts the sandbox on the wished port, or on a free one when somebody else has it: a source's state belongs to one
 * base URL, so the same port makes the next sync an incremental one.
 */
export const startClinic = async (options: SandboxOptions): Promise<Clinic> => {
  try {
    return await start(options)
  } catch (error) {
    if (!options.port || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return start({ ...options, port: 0 })
  }
}

const start = async (options: SandboxOptions): Promise<Clinic> => {
  const thread = new Worker(new URL('sandbox-thread.js', import.meta.url), { workerData: options })
  const reply = async (): Promise<SandboxReply> => {
    const [message] = (await once(thread, 'message')) as [SandboxReply]
    return message
  }
  const first = await reply()
  if (!('started' in first)) throw new Error('The sandbox spoke before it was up.')
  return {
    ...first.started,
    file: async count => {
      const request: SandboxRequest = { file: count }
      thread.postMessage(request)
      const answer = await reply()
      if (!('filed' in answer)) throw new Error('The sandbox did not say what it filed.')
      return answer.filed
    },
    stop: async () => {
      await thread.terminate()
    },
  }
}
