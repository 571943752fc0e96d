import { AqlError } from '../aql/error.js'
import { execute } from '../aql/execute.js'
import type { Parameters } from '../aql/parse.js'
import { type Plan, planOf } from '../aql/plan.js'
import type { Faults } from '../faults.js'
import { formatInstant, type Instant } from '../instant.js'
import { parseObject } from '../store/composition.js'
import { Refusal } from '../store/refusal.js'
import type { Store } from '../store/store.js'
import type { Exchange } from './exchange.js'
import { type Reply, refusal, unexpected } from './reply.js'

export interface QueryOptions {
  store: Store
  faults: Faults
  now: () => Instant
  maxLimit: number | undefined
  payloadText: (compact: string) => string
}

/** What a client asks: the query, and what it put beside it. */
interface Asked {
  q: string
  parameters: Parameters
  fetch: number | undefined
  offset: number | undefined
}

/** The path of the ad-hoc query resource. `never` when the client shall wait in vain. */
export async function answerQuery(exchange: Exchange, options: QueryOptions): Promise<Reply | 'never'> {
  const { store, faults, now, maxLimit, payloadText } = options
  const created = formatInstant(now())
  try {
    const asked = exchange.method === 'GET' ? fromUrl(exchange.query) : await fromBody(exchange)
    const plan = limited(planOf(asked.q, asked.parameters, store.systemId), asked, maxLimit)
    const answer = execute(plan, store, payloadText)
    const { tooManyRows } = faults.settings
    if (tooManyRows && answer.size > tooManyRows.over) {
      return tooManyRows.answer === 'never' ? 'never' : unexpected(tooManyRows.answer)
    }
    if (answer.payloads.some(({ rows, row }) => faults.poison.size > 0 && faults.poison.has(rows.id(row)))) {
      return unexpected(500)
    }
    const meta = {
      _type: 'RESULTSET',
      _schema_version: '1.0.3',
      _created: created,
      ...(plan.limit === undefined ? {} : { fetch: plan.limit, offset: plan.offset }),
      ...(maxLimit === undefined ? {} : { 'max-limit': maxLimit }),
      resultsize: answer.size,
    }
    const columns = plan.columns.map(({ path, name }) => ({ path, name }))
    const head = JSON.stringify({ meta, q: asked.q, columns }).slice(0, -1)
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: resultSet(head, answer.rows()) }
  } catch (error) {
    if (error instanceof AqlError) return refusal(error.status, error.message)
    throw error
  }
}

function* resultSet(head: string, rows: Iterable<string>): Generator<string, void> {
  yield `${head},"rows":[`
  let separator = ''
  for (const row of rows) {
    yield separator + row
    separator = ','
  }
  yield ']}'
}

/** EHRbase's paging rules, with fetch-precedence REJECT. */
function limited(plan: Plan, { fetch, offset }: Asked, maxLimit: number | undefined): Plan {
  if (plan.limit !== undefined && (fetch !== undefined || offset !== undefined)) {
    const rule = 'fetch and offset parameters must not be used (with fetch precedence REJECT)'
    throw new AqlError(`Query contains a LIMIT clause, ${rule}`, 422)
  }
  if (plan.limit !== undefined && maxLimit !== undefined && plan.limit > maxLimit) {
    throw new AqlError(`Query LIMIT ${plan.limit} exceeds maximum limit ${maxLimit}`, 422)
  }
  if (offset !== undefined && fetch === undefined) {
    throw new AqlError('Query parameter for offset provided, but no fetch parameter', 422)
  }
  return fetch === undefined ? plan : { ...plan, limit: fetch, offset: offset ?? 0 }
}

function fromUrl(query: URLSearchParams): Asked {
  const q = query.get('q')
  if (q === null) {
    throw new Refusal(400, "Required request parameter 'q' for method parameter type String is not present")
  }
  const known = ['q', 'fetch', 'offset']
  const parameters = Object.fromEntries([...query].filter(([name]) => !known.includes(name)))
  return { q, parameters, fetch: whole('fetch', query.get('fetch')), offset: whole('offset', query.get('offset')) }
}

async function fromBody(exchange: Exchange): Promise<Asked> {
  const body = parseObject(await exchange.body()) as Record<string, unknown>
  if (typeof body.q !== 'string') throw new Refusal(400, 'No aql query provided')
  const { query_parameters: parameters } = body
  return {
    q: body.q,
    parameters: typeof parameters === 'object' && parameters !== null ? (parameters as Parameters) : {},
    fetch: whole('fetch', body.fetch),
    offset: whole('offset', body.offset),
  }
}

function whole(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new Refusal(400, `invalid '${name}' value '${value}'`)
  return number
}
