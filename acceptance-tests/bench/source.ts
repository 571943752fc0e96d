import { BARE_LOOP, catalogOf, read, sourceConfig } from './connectors.js'
import { inTurn, median, run } from './measure.js'
import { type Figure, rate } from './report.js'

/** (a) The source alone, into nothing, beside a bare loop over the same pages. */
export async function benchSource(server: string, baseUrl: string, rows: number, times: number): Promise<Figure> {
  const config = sourceConfig(baseUrl)
  const catalog = await catalogOf(config, 'append_dedup')
  const pairs = await inTurn(
    times,
    () => run(read(config, catalog)),
    () => run({ argv: [...BARE_LOOP, baseUrl, '4', '8000000'] }),
  )
  return {
    what: `source → nothing, ${server}, ${rows} compositions`,
    measured: `${rate(rows, median(pairs.map(([one]) => one.seconds)))}, ${Math.round(Math.max(...pairs.map(([one]) => one.megabytes)))} MB`,
    baseline: `bare HTTP loop with JSON.parse: ${rate(rows, median(pairs.map(([, other]) => other.seconds)))}`,
    ratios: pairs.map(([one, other]) => other.seconds / one.seconds),
    wanted: '≥ 0.9',
  }
}
