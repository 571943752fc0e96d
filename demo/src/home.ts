import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder in which the demonstration lives from one run to the next. */
export interface Home {
  readonly database: string
  readonly stateFile: string
  /** The port that the sandbox had last; undefined the first time. */
  sandboxPort(): Promise<number | undefined>
  keepSandboxPort(port: number): Promise<void>
}

/** @param fresh whether what is there is to be removed first */
export const openHome = async (folder: string, fresh: boolean): Promise<Home> => {
  if (fresh) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const portFile = join(folder, 'sandbox-port')
  return {
    database: join(folder, 'postgres'),
    stateFile: join(folder, 'state.json'),
    sandboxPort: async () => {
      const port = Number(await readFile(portFile, 'utf8').catch(() => ''))
      return port > 0 ? port : undefined
    },
    keepSandboxPort: port => writeFile(portFile, String(port)),
  }
}
