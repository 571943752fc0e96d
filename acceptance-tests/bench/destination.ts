import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Postgres } from '@openehr-connectors/sandbox'
import pg from 'pg'
import { catalogOf, destinationConfig, file, read, sourceConfig, write } from './connectors.js'
import { inTurn, median, run } from './measure.js'
import { type Figure, rate } from './report.js'

const COLUMNS = [
  'ehr_id text',
  'version_uid text',
  'version bigint',
  'committed_at timestamptz',
  'contribution_id text',
  'system_id text',
  'composition_uid text',
  'template_id text',
  'archetype_id text',
  'composition_name text',
  'start_time timestamptz',
  'composition jsonb',
]
const OWN = [
  '_airbyte_raw_id uuid',
  '_airbyte_extracted_at timestamptz',
  '_airbyte_meta jsonb',
  '_airbyte_generation_id bigint',
]

/** (b) The destination alone, from a file, beside `psql \copy` of the same rows into an equal table. */
export async function benchDestination(
  baseUrl: string,
  postgres: Postgres,
  rows: number,
  times: number,
): Promise<Figure[]> {
  const config = sourceConfig(baseUrl)
  const messages = file('messages.jsonl')
  await run({ ...read(config, await catalogOf(config, 'append')), stdout: messages })
  const copy = file('rows.tsv')
  await asText(messages, copy)
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  const figures: Figure[] = []
  let round = 0
  for (const [mode, connections] of [
    ['append', 1],
    ['append', 2],
    ['append_dedup', 1],
    ['append_dedup', 2],
  ] as const) {
    const catalog = await catalogOf(config, mode)
    const pairs = await inTurn(
      times,
      async () => {
        const schema = `destination_${round++}`
        const one = await run(write(destinationConfig(postgres, { schema, connections }), catalog, messages))
        await emptied(client, `${schema}.compositions`, rows)
        return one
      },
      async () => {
        await client.query(
          `DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (${[...OWN, ...COLUMNS].join(', ')})`,
        )
        const one = await run({
          argv: ['psql', '-X', '-q', '-d', postgres.url, '-c', `\\copy bench_copy from '${copy}'`],
        })
        await emptied(client, 'bench_copy', rows)
        return one
      },
    )
    figures.push({
      what: `file → destination, ${mode}, ${connections} connection${connections > 1 ? 's' : ''}, ${rows} compositions`,
      measured: `${rate(rows, median(pairs.map(([one]) => one.seconds)))}, ${Math.round(Math.max(...pairs.map(([one]) => one.megabytes)))} MB`,
      baseline: `psql \\copy of the same rows, one connection: ${rate(rows, median(pairs.map(([, other]) => other.seconds)))}`,
      ratios: pairs.map(([one, other]) => other.seconds / one.seconds),
      wanted: mode === 'append' && connections === 1 ? '≥ 0.8' : '',
    })
  }
  await client.end()
  return figures
}

async function emptied(client: pg.Client, table: string, rows: number): Promise<void> {
  const { rows: counted } = await client.query(`SELECT count(*)::int AS n FROM ${table}`)
  if (counted[0].n !== rows) throw new Error(`${table} has ${counted[0].n} rows instead of ${rows}.`)
  await client.query(`DROP TABLE ${table}; CHECKPOINT`)
}

/** The records as COPY's text format, the composition with its keys in their own order: jsonb loads sorted keys faster. */
async function asText(messages: string, target: string): Promise<void> {
  const out = createWriteStream(target)
  for await (const line of createInterface({ input: createReadStream(messages) })) {
    const { type, record } = JSON.parse(line)
    if (type !== 'RECORD') continue
    const own = [crypto.randomUUID(), new Date(record.emitted_at).toISOString(), '{"sync_id":1,"changes":[]}', '1']
    const values = COLUMNS.map(column => record.data[column.split(' ')[0] ?? ''])
    if (!out.write(`${[...own, ...values].map(asField).join('\t')}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

const asField = (value: unknown): string =>
  value === null || value === undefined
    ? '\\N'
    : (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(
        /[\\\t\n\r]/g,
        c => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? c,
      )
