import type { Json, JsonObject } from '@openehr-connectors/spec'

export interface Login {
  readonly username: string
  readonly password: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface RequestOptions {
  /** Sent as JSON when it is an object. */
  readonly body?: string | JsonObject
  readonly headers?: Readonly<Record<string, string>>
}

/** The result set of a query, as the openEHR REST API has it. */
export interface ResultSet {
  readonly meta: JsonObject
  readonly q: string
  readonly columns: readonly JsonObject[]
  readonly rows: readonly Json[][]
}

/** An openEHR server seen through its REST API, without any knowledge of a vendor or a connector. */
export interface OpenEhr {
  /** Any status is an answer. JSON in and out unless `headers` say otherwise. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>
  /** As `request`, but throws an Error with the server's words unless the status is 2xx. */
  demand(method: string, path: string, options?: RequestOptions): Promise<Answer>
  /** @throws Error with the server's words when it does not answer the query */
  query(aql: string): Promise<ResultSet>
  /** @returns the id of a new EHR */
  createEhr(): Promise<string>
  /** Uploads an operational template; one that is there already is left as it is. */
  upload(opt: string): Promise<void>
  /** @returns the uid of the first version, `uuid::system::1` */
  commit(ehrId: string, composition: string | JsonObject): Promise<string>
}

/** @param baseUrl the root of the openEHR REST API, without a slash at the end */
export function openEhr(baseUrl: string, login?: Login): OpenEhr {
  const authorization = login && `Basic ${btoa(`${login.username}:${login.password}`)}`
  const request: OpenEhr['request'] = async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(authorization && { authorization }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const demand: OpenEhr['demand'] = async (method, path, options) => {
    const answer = await request(method, path, options)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text.slice(0, 500)}`)
  }
  return {
    request,
    demand,
    query: async aql => json<ResultSet>(await demand('POST', '/query/aql', { body: { q: aql } })),
    createEhr: async () => etag(await demand('POST', '/ehr')),
    async upload(opt) {
      const xml = { 'content-type': 'application/xml', accept: 'application/xml' }
      const answer = await request('POST', '/definition/template/adl1.4', { body: opt, headers: xml })
      if (answer.status !== 201 && answer.status !== 409)
        throw new Error(`A template was answered ${answer.status}: ${answer.text.slice(0, 500)}`)
    },
    commit: async (ehrId, composition) =>
      etag(await demand('POST', `/ehr/${ehrId}/composition`, { body: composition })),
  }
}

/** The body of an answer, taken at its word. */
export const json = <T = JsonObject>(answer: Answer): T => JSON.parse(answer.text) as T

/** The ETag without its quotes: the id or version uid of what was made or found. Empty when there is none. */
export const etag = (answer: Answer): string => answer.headers.get('etag')?.replace(/^W\/|"/g, '') ?? ''
