import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { findJdk, findProgram } from './java.js'

/**
 * Runs Maven with a JDK that fits EHRbase; it fetches what it needs from wherever it is configured to.
 *
 * @param folder where it runs
 * @throws Error with Maven's own words when it is missing or fails
 */
export async function maven(folder: string, ...args: string[]): Promise<void> {
  const mvn = findProgram(process.platform === 'win32' ? 'mvn.cmd' : 'mvn')
  if (!mvn)
    throw new Error('Maven fetches EHRbase and its test data, and there is no "mvn" on the PATH. Install Maven.')
  const child = spawn(mvn, ['--batch-mode', '--no-transfer-progress', '--quiet', ...args], {
    cwd: folder,
    env: { ...process.env, JAVA_HOME: findJdk() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  if (code !== 0) throw new Error(`Maven failed with exit code ${code} in ${folder}: ${`${out}${err}`.slice(-4000)}`)
}
