import type { Postgres } from '@openehr-connectors/sandbox'
import { sync } from '@openehr-connectors/sync'
import { BARE_LOOP, DESTINATION, destinationConfig, file, SOURCE, sourceConfig } from './connectors.js'
import { inTurn, median, run } from './measure.js'
import { type Figure, rate } from './report.js'

/** (c) Server → source → destination → PostgreSQL, beside a bare loop over the same pages. */
export async function benchEndToEnd(
  server: string,
  baseUrl: string,
  postgres: Postgres,
  rows: number,
  times: number,
): Promise<Figure> {
  const config = sourceConfig(baseUrl)
  let round = 0
  const pairs = await inTurn(
    times,
    async () => {
      const schema = `end_to_end_${round++}`
      const summary = await sync({
        source: { command: SOURCE.join(' '), config },
        destination: { command: DESTINATION.join(' '), config: destinationConfig(postgres, { schema }) },
        stateFile: file(`state-${schema}.json`),
        streams: ['compositions'],
      })
      if (summary.outcome !== 'succeeded') throw new Error(`The sync did not succeed: ${summary.problems.join(' ')}`)
      if (summary.records !== rows) throw new Error(`${summary.records} of ${rows} records came through.`)
      return summary.seconds
    },
    async () => (await run({ argv: [...BARE_LOOP, baseUrl, '4', '8000000'] })).seconds,
  )
  return {
    what: `end to end, ${server} → PostgreSQL, append_dedup, ${rows} compositions`,
    measured: rate(rows, median(pairs.map(([one]) => one))),
    baseline: `bare HTTP loop with JSON.parse: ${rate(rows, median(pairs.map(([, other]) => other)))}`,
    ratios: pairs.map(([one, other]) => other / one),
    wanted: '≥ 0.7',
  }
}
