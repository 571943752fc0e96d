// The baseline of the source: the same pages with the same concurrency, parsed, and nothing else.
// Arguments: base URL, partitions, bytes a page. Prints the number of rows.
import { Agent, request } from 'node:http'

const [baseUrl = '', partitions = '4', pageBytes = '8000000'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const COLUMNS = [
  'e/ehr_id/value AS ehr_id',
  'v/uid/value AS version_uid',
  'v/commit_audit/time_committed/value AS committed_at',
  'v/contribution/id/value AS contribution_id',
  'c/archetype_details/template_id/value AS template_id',
  'c/archetype_node_id AS archetype_id',
  'c AS composition',
].join(', ')

function query(q: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${baseUrl}/query/aql`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json', accept: 'application/json' } },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', chunk => chunks.push(chunk))
        answer.on('end', () => resolve(Buffer.concat(chunks)))
        answer.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify({ q }))
  })
}

async function page(
  after: string,
  through: string,
  limit: number,
): Promise<{ rows: [string, string][]; bytes: number }> {
  const where = [...(after ? [`v/uid/value > '${after}'`] : []), ...(through ? [`v/uid/value <= '${through}'`] : [])]
  const body = await query(
    `SELECT ${COLUMNS} FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c ` +
      `${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY v/uid/value ASC LIMIT ${limit}`,
  )
  return { rows: JSON.parse(body.toString()).rows, bytes: body.length }
}

const probe = await page('', '', 100)
const limit = Math.min(
  2000,
  Math.max(25, Math.floor(Number(pageBytes) / (probe.bytes / Math.max(1, probe.rows.length)))),
)
const bounds = Array.from({ length: Number(partitions) - 1 }, (_, i) => {
  const first = Math.floor((0x1_0000_0000 / Number(partitions)) * (i + 1)) - 1
  return `${first.toString(16).padStart(8, '0')}-ffff-ffff-ffff-ffffffffffff`
})
let total = 0
await Promise.all(
  ['', ...bounds].map(async (from, i) => {
    for (let after = from; ; ) {
      const { rows } = await page(after, bounds[i] ?? '', limit)
      total += rows.length
      const last = rows.at(-1)?.[1]
      if (last === undefined) return
      after = last.split('::')[0] ?? ''
    }
  }),
)
agent.destroy()
process.stdout.write(`${total}\n`)
