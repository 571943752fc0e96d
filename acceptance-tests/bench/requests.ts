import { readFileSync } from 'node:fs'
import { catalogOf, file, read, sourceConfig } from './connectors.js'
import { run } from './measure.js'
import type { Figure } from './report.js'

/** (e) HTTP requests of a first sync, and of an incremental one that finds nothing. */
export async function countRequests(url: string, baseUrl: string, rows: number): Promise<Figure[]> {
  const config = sourceConfig(baseUrl)
  const catalog = await catalogOf(config, 'append_dedup')
  const requests = async (state?: string): Promise<{ total: number; output: string }> => {
    await fetch(`${url}/sandbox/requests`, { method: 'DELETE' })
    const output = file('requests.jsonl')
    await run({ ...read(config, catalog, state), stdout: output })
    const { total }: { total: number } = JSON.parse(await (await fetch(`${url}/sandbox/requests`)).text())
    return { total, output }
  }
  const first = await requests()
  const states = readFileSync(first.output, 'latin1')
    .split('\n')
    .filter(line => line.startsWith('{"type":"STATE"'))
  const last: { state: unknown } = JSON.parse(states.at(-1) ?? '')
  const second = await requests(file('state.json', [last.state]))
  return [
    {
      what: `HTTP requests of a first sync of ${rows} compositions`,
      measured: `${first.total}`,
      baseline: `${rows} / 500 + 20 = ${rows / 500 + 20}`,
      ratios: [],
      wanted: 'no more',
    },
    {
      what: 'HTTP requests of an incremental sync that finds nothing',
      measured: `${second.total}`,
      baseline: '5',
      ratios: [],
      wanted: 'no more',
    },
  ]
}
