import type { Faults } from '../faults.js'
import type { Instant } from '../instant.js'
import { Refusal } from '../store/refusal.js'
import type { Store } from '../store/store.js'
import { compositionResource } from './composition.js'
import { ehrResource } from './ehr.js'
import type { Exchange } from './exchange.js'
import { pretty } from './pretty.js'
import { answerQuery } from './query.js'
import type { Reply } from './reply.js'
import { templateResource } from './template.js'

export interface RouteOptions {
  store: Store
  faults: Faults
  now: () => Instant
  baseUrl: () => string
  pretty: boolean
  maxLimit: number | undefined
}

type Answer = Reply | 'never' | Promise<Reply | 'never'>
/** Called with the segments of the path that the pattern leaves open. */
type Handler = (exchange: Exchange, a: string, b: string, c: string) => Answer

/** The REST API below the base URL. @returns what answers a request, or throws a Refusal */
export function routes(options: RouteOptions): (exchange: Exchange) => Answer {
  const { store, faults, now, baseUrl } = options
  const payloadText = options.pretty ? pretty : (compact: string) => compact
  const isPoisoned = (id: string) => faults.poison.has(id)
  const ehr = ehrResource(store, baseUrl)
  const composition = compositionResource({ store, baseUrl, isPoisoned, payloadText })
  const template = templateResource(store, baseUrl, now)
  const query: Handler = exchange =>
    answerQuery(needJson(exchange), { store, faults, now, payloadText, maxLimit: options.maxLimit })

  const table: Record<string, Record<string, Handler>> = {
    'query/aql': { GET: query, POST: query },
    ehr: { POST: ehr.create },
    'ehr/*': { GET: (_, id) => ehr.get(id), PUT: ehr.createAs },
    'ehr/*/ehr_status': { GET: (_, id) => ehr.status(id) },
    'ehr/*/composition': { POST: (exchange, id) => composition.create(needJson(exchange), id) },
    'ehr/*/composition/*': {
      GET: (_, id, uid) => composition.get(id, uid),
      PUT: (exchange, id, uid) => composition.update(needJson(exchange), id, uid),
      DELETE: (_, id, uid) => composition.remove(id, uid),
    },
    'ehr/*/versioned_composition/*/version': { GET: (_, id, uid) => composition.version(id, uid) },
    'ehr/*/versioned_composition/*/version/*': { GET: (_, id, uid, version) => composition.version(id, uid, version) },
    'ehr/*/versioned_composition/*/revision_history': { GET: (_, id, uid) => composition.history(id, uid) },
    'definition/template/adl1.4': { GET: template.list, POST: template.upload },
    'definition/template/adl1.4/*': { GET: template.get },
  }
  const patterns = Object.entries(table).map(([path, methods]) => ({ pattern: path.split('/'), methods }))

  return exchange => {
    const { segments, method } = exchange
    for (const { pattern, methods } of patterns) {
      const fits =
        pattern.length === segments.length && pattern.every((part, i) => part === '*' || part === segments[i])
      if (!fits) continue
      const handler = methods[method]
      if (!handler) throw new Refusal(405, `Request method '${method}' is not supported`)
      const [a = '', b = '', c = ''] = segments.filter((_, i) => pattern[i] === '*')
      return handler(exchange, a, b, c)
    }
    throw new Refusal(404, `No resource found at path: rest/openehr/v1/${segments.join('/')}`)
  }
}

/** What Spring refuses before EHRbase sees it. */
export class UnsupportedMediaType extends Error {}

function needJson(exchange: Exchange): Exchange {
  if (exchange.method === 'GET' || exchange.header('content-type')?.includes('json')) return exchange
  throw new UnsupportedMediaType()
}
