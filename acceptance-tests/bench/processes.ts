import { readdirSync, readFileSync } from 'node:fs'

/** The connectors that this process has started and that read or write. */
export function connectorPids(): { role: 'source' | 'destination'; pid: number }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap((name): { role: 'source' | 'destination'; pid: number }[] => {
      const pid = Number(name)
      const words = wordsOf(pid)
      if (parentOf(pid) !== process.pid) return []
      if (words.includes('read')) return [{ role: 'source', pid }]
      return words.includes('write') ? [{ role: 'destination', pid }] : []
    })
}

const wordsOf = (pid: number): string[] => contentOf(`/proc/${pid}/cmdline`).split('\0')

const parentOf = (pid: number): number => Number(/^PPid:\s+(\d+)/m.exec(contentOf(`/proc/${pid}/status`))?.[1])

const contentOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
