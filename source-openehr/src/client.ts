import {
  type ByteBuilder,
  ConfigError,
  type HttpClient,
  type HttpResponse,
  HttpStatusError,
  TransientError,
} from '@openehr-connectors/cdk'
import type { Json } from '@openehr-connectors/spec'
import type { Instant } from './instant.js'

/** The answer to a query: a RESULT_SET as the server wrote it, and the server's clock when it did. */
export interface QueryResult {
  readonly body: Buffer
  readonly now: Instant
}

/** One entry of the server's list of operational templates (openEHR REST, Definition API, ADL 1.4). */
export interface TemplateInfo {
  readonly templateId: string
  readonly archetypeId: string | null
  readonly concept: string | null
  readonly createdAt: string | null
}

export interface QueryOptions {
  /** Default: the client's. */
  readonly tries?: number | undefined
  readonly into?: ByteBuilder
}

/** The parts of an openEHR REST 1.0/1.1 server that the source reads. */
export interface OpenEhr {
  /**
   * Runs an AQL statement; `into` collects the answer, which is borrowed until the builder is used again.
   * @throws HttpStatusError as the server answers, so that a page can be made smaller
   */
  query(aql: string, signal: AbortSignal, options?: QueryOptions): Promise<QueryResult>
  templates(signal: AbortSignal): Promise<TemplateInfo[]>
  /** The operational template as XML. */
  template(id: string, signal: AbortSignal): Promise<string>
  /** The web template as JSON text. */
  webTemplate(id: string, signal: AbortSignal): Promise<Buffer>
}

const TEMPLATES = '/definition/template/adl1.4'

export const openEhr = (http: HttpClient): OpenEhr => {
  const get = (path: string, accept: string, signal: AbortSignal): Promise<HttpResponse> =>
    http.send({ method: 'GET', path, headers: { accept } }, signal)

  return {
    async query(aql, signal, { tries, into } = {}) {
      const { body, headers } = await http.send(
        {
          method: 'POST',
          path: '/query/aql',
          json: { q: aql },
          ...(tries !== undefined && { tries }),
          ...(into !== undefined && { into }),
        },
        signal,
      )
      return { body, now: clock(headers) }
    },

    async templates(signal) {
      const { body } = await get(TEMPLATES, 'application/json', signal)
      const list: unknown = parse(body)
      if (!Array.isArray(list))
        throw new ConfigError('The server answered the list of templates with something else. Check base_url.')
      return list.flatMap(entry => {
        const { template_id, archetype_id, concept, created_timestamp } = entry as Record<string, Json>
        if (typeof template_id !== 'string') return []
        return [
          {
            templateId: template_id,
            archetypeId: text(archetype_id),
            concept: text(concept),
            createdAt: text(created_timestamp),
          },
        ]
      })
    },

    async template(id, signal) {
      return (await get(`${TEMPLATES}/${encodeURIComponent(id)}`, 'application/xml', signal)).body.toString()
    },

    async webTemplate(id, signal) {
      const { body } = await get(
        `${TEMPLATES}/${encodeURIComponent(id)}`,
        'application/openehr.wt+json, application/json',
        signal,
      )
      parse(body)
      return body
    },
  }
}

// To the second: enough for a lookback of minutes. Servers without a clock in their answers are taken to share ours.
const clock = (headers: Readonly<Record<string, string>>): Instant => {
  const date = Date.parse(headers.date ?? '')
  return (Number.isNaN(date) ? Math.floor(Date.now() / 1000) * 1000 : date) * 1000
}

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch {
    // Neither the body nor the parser's own message, which quotes it: they may hold anything.
    throw new ConfigError('The server answered with something that is not JSON. Check base_url.')
  }
}

const text = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** What a user can do about an answer that no retry could mend. Anything that is not an HTTP answer stays as it is. */
export const explained = (error: unknown): unknown => {
  if (!(error instanceof HttpStatusError)) return error
  const { status } = error
  if (status === 401)
    return new ConfigError(
      'The server refused the login. Check the username, password or client in "authentication".',
      { cause: error },
    )
  if (status === 403)
    return new ConfigError(
      'The server knows this login but does not let it read. Give the account the right to run AQL and to list templates.',
      { cause: error },
    )
  if (status === 404 || status === 405)
    return new ConfigError('There is no openEHR REST API at base_url. It usually ends in /rest/openehr/v1.', {
      cause: error,
    })
  if (status === 408 || status === 429 || status >= 500)
    return new TransientError(`The server still answered ${status} after several tries. Try again later.`, {
      cause: error,
    })
  return error
}
