import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root, seen from `acceptance-tests/dist/src`. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** A folder below `.cache/`, for what is fetched or built once and is no part of the repository. Made if need be. */
export function cacheFolder(...names: string[]): string {
  const folder = join(projectRoot, '.cache', ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}
