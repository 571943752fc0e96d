import { formatBytes, formatCount, formatDuration, formatTable, type Summary } from '@openehr-connectors/sync'
import type { FiledCount } from './clinic.js'
import type { LandedTable } from './warehouse.js'

export const usage = `npm start [-- options]

Starts an openEHR server with synthetic patients and a PostgreSQL, both on this machine and nothing else needed,
and syncs the one into the other. The database stays in .demo, so the next run reads only what is new.

  --more N   file N compositions (one in ten a correction) and sync again
  --fresh    remove .demo and begin anew
  --help     show this

On a terminal both servers run until Ctrl-C, for you to look around; elsewhere they stop when the sync is done.
`

const indent = (lines: readonly string[]): string => lines.map(line => `  ${line}`.trimEnd()).join('\n')

/** A heading with its lines below. */
export const section = (title: string, lines: readonly string[]): string => `${title}\n${indent(lines)}\n\n`

/** The tables as they stand now. */
export const tablesText = (tables: readonly LandedTable[]): string[] =>
  formatTable([
    ['table', 'rows', 'size'],
    ...tables.map(table => [table.name, formatCount(table.rows), formatBytes(table.bytes)]),
  ])

/** What a sync brought, in words. Rows that it did not add it changed. */
export const broughtText = (
  summary: Summary,
  before: readonly LandedTable[],
  after: readonly LandedTable[],
): string[] => {
  const rows = (tables: readonly LandedTable[], name: string) => tables.find(table => table.name === name)?.rows ?? 0
  const speed = `${formatBytes(summary.bytes)} of JSON in ${formatDuration(summary.seconds)}`
  const rate = `${formatCount(summary.records / summary.seconds)} records a second`
  if (summary.records === 0) return [`Nothing has changed since the last sync (${formatDuration(summary.seconds)}).`]
  return [
    ...summary.streams
      .filter(({ records }) => records > 0)
      .map(({ name, records }) => {
        const added = rows(after, name) - rows(before, name)
        const changed = records - added
        return `${name}: ${formatCount(added)} new${changed > 0 ? `, ${formatCount(changed)} changed or read again` : ''}`
      }),
    `${speed}, ${rate}`,
  ]
}

export const filedText = ({ created, corrected }: FiledCount): string =>
  `The ward has filed ${formatCount(created)} new compositions and corrected ${formatCount(corrected)}.\n\n`

/** What one can do while the servers run. */
export const lookAroundText = (databaseUrl: string, baseUrl: string): string =>
  section('Look around while both servers run', [
    `psql '${databaseUrl}'`,
    `curl ${baseUrl}/definition/template/adl1.4`,
    'npm start -- --more 100    (after Ctrl-C) files some compositions and reads only those',
    'Ctrl-C                     stops both; the database stays in .demo',
  ])
