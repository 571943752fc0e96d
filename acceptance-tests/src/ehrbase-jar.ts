import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, projectRoot } from './cache.js'
import { maven } from './maven.js'

const launcher = join(projectRoot, 'acceptance-tests', 'ehrbase')

/** EHRbase's version: that of the launcher's pom.xml. */
export const ehrbaseVersion =
  /<version>([^<]+)<\/version>/.exec(readFileSync(join(launcher, 'pom.xml'), 'utf8'))?.[1] ?? ''

/** A folder of the cache for this version of EHRbase: its jar, the data and logs of those that run. */
export const ehrbaseCache = (...names: string[]): string => cacheFolder(`ehrbase-${ehrbaseVersion}`, ...names)

/**
 * EHRbase as one executable jar of about 117 MB. The first call builds it, in about a minute; it is built again when
 * the launcher changes. Several processes may build at once: each in a folder of its own, and the last one's stays.
 *
 * @throws Error when Maven or a JDK is missing, or the build fails
 */
export async function ehrbaseJar(): Promise<string> {
  const jar = join(ehrbaseCache(), `ehrbase-${fingerprint(launcher)}.jar`)
  if (existsSync(jar)) return jar
  const build = mkdtempSync(join(ehrbaseCache(), 'build-'))
  try {
    cpSync(launcher, build, { recursive: true })
    await maven(build, 'package')
    renameSync(join(build, 'target', 'ehrbase.jar'), jar)
  } finally {
    rmSync(build, { recursive: true, force: true })
  }
  return jar
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name)
    if (statSync(path).isFile()) hash.update(name).update(readFileSync(path))
  }
  return hash.digest('hex').slice(0, 12)
}
