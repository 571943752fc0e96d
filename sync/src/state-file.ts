import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { SyncError } from './failure.js'
import { NOTHING, parseContent, type StateContent } from './state-content.js'

/** The state file of one connection, held by one sync at a time. */
export interface StateFile {
  readonly path: string
  /** What it held when it was opened. */
  readonly content: StateContent
  /** Replaces the file at once or not at all: a crash leaves the old or the new content, never half of one. */
  save(content: StateContent): Promise<void>
  close(): Promise<void>
}

/**
 * Opens and locks a state file; a missing one is empty.
 * @throws SyncError when another sync holds it, or when it is no state file
 */
export const openStateFile = async (file: string): Promise<StateFile> => {
  const path = resolve(file)
  try {
    await mkdir(dirname(path), { recursive: true })
  } catch (cause) {
    throw new SyncError('usage', `The folder of the state file ${path} cannot be made.`, { cause })
  }
  const release = await lock(`${path}.lock`)
  try {
    return { path, content: await load(path), save: content => replace(path, content), close: release }
  } catch (error) {
    await release()
    throw error
  }
}

const load = async (path: string): Promise<StateContent> => {
  try {
    return parseContent(await readFile(path, 'utf8'), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING
    throw error
  }
}

const replace = async (path: string, content: StateContent): Promise<void> => {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(content, null, 1)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    // The rename itself is durable only when the folder is. Windows opens no folders.
    if (process.platform !== 'win32') {
      const folder = await open(dirname(path), 'r')
      await folder.sync().finally(() => folder.close())
    }
  } catch (cause) {
    await unlink(draft).catch(() => undefined)
    throw new SyncError('usage', `The state file ${path} cannot be written.`, { cause })
  }
}

/** Takes the lock file, which names its holder; one left behind by a process that is gone is taken over. */
const lock = async (path: string): Promise<() => Promise<void>> => {
  const holder = JSON.stringify({ host: hostname(), pid: process.pid })
  for (let tries = 0; ; tries++) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(holder).finally(() => file.close())
      return () => unlink(path).catch(() => undefined)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new SyncError('usage', `The lock file ${path} cannot be written.`, { cause })
      const other = await readFile(path, 'utf8').catch(() => '')
      if (tries > 0 || isHeld(other))
        throw new SyncError('usage', `Another sync holds this state file. If none is running, remove ${path}.`)
      await unlink(path).catch(() => undefined)
    }
  }
}

const isHeld = (holder: string): boolean => {
  let owner: { host?: unknown; pid?: unknown }
  try {
    owner = JSON.parse(holder)
  } catch {
    return true // being written at this moment
  }
  if (owner.host !== hostname() || typeof owner.pid !== 'number') return true
  try {
    process.kill(owner.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
