import { STATUS_CODES } from 'node:http'

/** An answer before it is sent. The body is cut into pieces so that a page of a gigabyte is never one string. */
export interface Reply {
  status: number
  headers?: Record<string, string>
  body?: string | Iterable<string>
}

export const json = (value: unknown, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
})

/** EHRbase's error body. */
export const refusal = (status: number, message: string): Reply =>
  message === '' ? { status } : json({ error: STATUS_CODES[status] ?? '', message }, status)

export const unexpected = (status: number): Reply =>
  refusal(status, 'An internal error has occurred. Please contact your administrator.')

/** The error body of the layer below EHRbase: login and media types. */
export const springError = (status: number, path: string, at: Date): Reply =>
  json({ timestamp: at.toISOString().replace('Z', '+00:00'), status, error: STATUS_CODES[status] ?? '', path }, status)
