import { cpus, totalmem } from 'node:os'

export interface Figure {
  readonly what: string
  readonly measured: string
  readonly baseline: string
  /** Of each pair of runs. */
  readonly ratios: readonly number[]
  readonly wanted: string
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export const rate = (rows: number, seconds: number): string => `${number.format(rows / seconds)} rows/s`

export const context = (): string =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB; servers, connectors and database share the machine.`

/** A Markdown table, for docs/benchmarks.md. */
export const table = (figures: readonly Figure[]): string =>
  [
    '| what | measured | baseline | ratio (min – median – max) | wanted |',
    '|---|---|---|---|---|',
    ...figures.map(
      ({ what, measured, baseline, ratios, wanted }) =>
        `| ${what} | ${measured} | ${baseline} | ${spread(ratios)} | ${wanted} |`,
    ),
  ].join('\n')

const spread = (ratios: readonly number[]): string => {
  if (ratios.length === 0) return ''
  const sorted = [...ratios].sort((a, b) => a - b)
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map(ratio => ratio?.toFixed(2)).join(' – ')
}
