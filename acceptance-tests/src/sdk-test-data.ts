import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.js'
import { maven } from './maven.js'

/** Apache-2.0; fetched when a test asks for it and never a part of this repository. */
const artifact = 'org.ehrbase.openehr.sdk:test-data:2.28.0'

export interface SdkTestData {
  /** Operational templates, XML. Not every one is accepted by an EHRbase. */
  readonly templates: readonly string[]
  /** Canonical JSON. Many are invalid on purpose, or in the course of time. */
  readonly compositions: readonly string[]
}

/**
 * The test data of openEHR's Java SDK, from Maven Central. Fetched once and then kept below `.cache/`.
 *
 * @throws Error when Maven or a JDK is missing, or the download fails
 */
export async function sdkTestData(): Promise<SdkTestData> {
  const folder = join(cacheFolder(), artifact.replace(/.*:(.*):/, 'sdk-$1-'))
  if (!existsSync(folder)) await unpack(folder)
  return {
    templates: filesIn(join(folder, 'operationaltemplate'), '.opt'),
    compositions: filesIn(join(folder, 'composition', 'canonical_json'), '.json'),
  }
}

async function unpack(folder: string): Promise<void> {
  const fresh = mkdtempSync(join(cacheFolder(), 'sdk-'))
  try {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'
    await maven(fresh, goal, `-Dartifact=${artifact}:jar`, `-DoutputDirectory=${fresh}`)
    // Another process may have been quicker.
    if (!existsSync(folder)) renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

const filesIn = (folder: string, extension: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith(extension))
    .sort()
    .map(name => readFileSync(join(folder, name), 'utf8'))
