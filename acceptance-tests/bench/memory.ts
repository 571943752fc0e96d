import type { Postgres } from '@openehr-connectors/sandbox'
import { sync } from '@openehr-connectors/sync'
import { DESTINATION, destinationConfig, file, SOURCE, sourceConfig } from './connectors.js'
import { peakOf } from './measure.js'
import { connectorPids } from './processes.js'
import { type Figure, rate } from './report.js'

export interface Peaks {
  readonly rows: number
  readonly seconds: number
  readonly source: number
  readonly destination: number
}

/** (d) Peak memory of both connectors while they carry a whole sandbox. */
export async function measurePeaks(baseUrl: string, postgres: Postgres, rows: number): Promise<Peaks> {
  const peaks = { source: Number.NaN, destination: Number.NaN }
  const watch = setInterval(() => {
    for (const { role, pid } of connectorPids()) peaks[role] = peakOf(pid) ?? peaks[role]
  }, 100)
  const schema = `memory_${rows}`
  const summary = await sync({
    source: { command: SOURCE.join(' '), config: sourceConfig(baseUrl) },
    destination: { command: DESTINATION.join(' '), config: destinationConfig(postgres, { schema }) },
    stateFile: file(`state-${schema}.json`),
    streams: ['compositions'],
  }).finally(() => clearInterval(watch))
  if (summary.outcome !== 'succeeded' || summary.records !== rows)
    throw new Error(`${summary.records} of ${rows} records: ${summary.problems.join(' ')}`)
  return { rows, seconds: summary.seconds, ...peaks }
}

export const memoryFigures = (small: Peaks, large: Peaks): Figure[] =>
  (['source', 'destination'] as const).map(role => ({
    what: `peak memory of the ${role}, ${large.rows} sandbox compositions (${rate(large.rows, large.seconds)})`,
    measured: `${Math.round(large[role])} MB`,
    baseline: `with ${small.rows}: ${Math.round(small[role])} MB`,
    ratios: [large[role] / small[role]],
    wanted: '≤ 256 MB, within 10 %',
  }))
