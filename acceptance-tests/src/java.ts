import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** EHRbase 2 is compiled for this version. */
const minimum = 21

/** The folders in which systems keep their JDKs, one folder each. */
const jvmFolders = ['/usr/lib/jvm', '/usr/java', '/opt/java', '/Library/Java/JavaVirtualMachines']

/**
 * Finds a JDK that EHRbase can be built and run with: JAVA_HOME, then the `java` of the PATH, then the usual folders.
 *
 * @returns its home folder
 * @throws Error that says what to install when there is none
 */
export function findJdk(): string {
  const seen: string[] = []
  for (const home of candidates()) {
    if (!isExecutable(join(home, 'bin', 'javac'))) continue
    const version = versionOf(home)
    if (version >= minimum) return home
    seen.push(`${version} in ${home}`)
  }
  const found = seen.length === 0 ? 'none was found' : `found only ${seen.join(', ')}`
  throw new Error(
    `EHRbase needs a JDK of version ${minimum} or newer; ${found}. Install one, or set JAVA_HOME to its folder.`,
  )
}

/**
 * Finds a program on the PATH.
 *
 * @returns its path, or undefined
 */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  return folders.map(folder => join(folder, name)).find(isExecutable)
}

function candidates(): Set<string> {
  const java = findProgram('java')
  return new Set([
    ...(process.env.JAVA_HOME ? [process.env.JAVA_HOME] : []),
    ...(java ? [dirname(dirname(realpathSync(java)))] : []),
    ...[...jvmFolders, join(homedir(), '.sdkman', 'candidates', 'java')].flatMap(homesIn),
  ])
}

function homesIn(folder: string): string[] {
  try {
    // On macOS the home lies deeper.
    return readdirSync(folder).flatMap(name => [join(folder, name), join(folder, name, 'Contents', 'Home')])
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The feature number, such as 21 of `openjdk version "21.0.4"`; 0 when the program does not say. */
function versionOf(home: string): number {
  const { stderr } = spawnSync(join(home, 'bin', 'java'), ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}
