import type { Sandbox } from '../src/sandbox.js'

export interface ResultSet {
  meta: Record<string, unknown>
  columns: { name: string; path?: string }[]
  rows: unknown[][]
}

export const compositions = 'FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c'
export const statuses = 'FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS EHR_STATUS s'

export function post({ baseUrl }: Pick<Sandbox, 'baseUrl'>, body: object, headers: Record<string, string> = {}) {
  return fetch(`${baseUrl}/query/aql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export async function ask(sandbox: Pick<Sandbox, 'baseUrl'>, q: string): Promise<ResultSet> {
  const response = await post(sandbox, { q })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
  return JSON.parse(text) as ResultSet
}
