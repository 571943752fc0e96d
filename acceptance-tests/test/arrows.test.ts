import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Which rooms a room may import. Nothing points at a connector. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  cdk: ['spec'],
  sandbox: [],
  'source-openehr': ['cdk', 'spec'],
  'destination-postgres': ['cdk', 'spec'],
  sync: ['spec'],
  demo: ['sandbox', 'sync'],
  'acceptance-tests': ['spec', 'sandbox', 'sync'],
}

const SPECIFIER = /(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))

const imports = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(SPECIFIER)].flatMap(([, specifier]) => specifier ?? [])

const roomOf = (specifier: string): string | undefined => {
  const name = specifier.replace('@openehr-connectors/', '')
  return name in ARROWS ? name : undefined
}

const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

describe('the rooms', () => {
  it('are the workspaces, each one a project of the compiler', () => {
    const rooms = Object.keys(ARROWS).sort()
    assert.deepEqual([...json('package.json').workspaces].sort(), rooms)
    assert.deepEqual(
      json('tsconfig.json')
        .references.map(({ path }: { path: string }) => path)
        .sort(),
      rooms,
    )
  })

  for (const [room, allowed] of Object.entries(ARROWS)) {
    it(`${room} imports ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no other room'}; its tests may use the sandbox too`, () => {
      for (const [folder, may] of [
        ['src', allowed],
        ['test', [...allowed, room, 'sandbox']],
      ] as const)
        for (const file of sources(join(room, folder)))
          for (const specifier of imports(file)) {
            const target = roomOf(specifier)
            if (target !== undefined) assert.ok(may.includes(target), `${file} imports ${specifier}`)
            else
              assert.ok(
                !/^(\.\.\/)+(spec|cdk|sandbox|sync|demo|acceptance-tests|(source|destination)-\w+)\//.test(specifier),
                `${file} reaches into another room: ${specifier}`,
              )
          }
    })

    it(`${room} declares the packages it imports`, () => {
      const { dependencies } = json(`${room}/package.json`)
      for (const file of sources(join(room, 'src')))
        for (const specifier of imports(file)) {
          if (specifier.startsWith('.') || specifier.startsWith('node:')) continue
          const name = specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/')
          assert.ok(name in dependencies, `${file} imports ${name}, which ${room}/package.json does not declare`)
        }
    })
  }
})
