import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../instant.js'
import type { Exchange } from './exchange.js'
import { json, type Reply } from './reply.js'

export type Auth =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | {
      /** OAuth2 with the token endpoint `/auth/token`: client credentials, password (with refresh tokens). */
      kind: 'bearer'
      clientId: string
      /** Without one the client is public. */
      clientSecret?: string
      /** Who may log in with the password grant. */
      username?: string
      password?: string
      /** How long an access token is good for, in seconds. Default 300. */
      expiresIn?: number
      /** The same of a refresh token. Default 1800. */
      refreshExpiresIn?: number
    }

export interface Gate {
  /** Who may not pass gets the answer; undefined for all others. */
  refuse(exchange: Exchange): { challenge: string; body: boolean } | undefined
  /** The token endpoint. */
  token(exchange: Exchange): Promise<Reply>
}

interface Token {
  expires: Instant
  calls: number
}

/** @param callsPerToken how many requests a token is good for, where that is limited */
export function gateOf(auth: Auth, now: () => Instant, callsPerToken: () => number | undefined): Gate {
  const access = new Map<string, Token>()
  const refresh = new Map<string, Instant>()

  function isGood(token: string): boolean {
    const found = access.get(token)
    if (!found || found.expires <= now()) return false
    return found.calls++ < (callsPerToken() ?? Number.POSITIVE_INFINITY)
  }

  return {
    refuse(exchange) {
      if (auth.kind === 'none') return undefined
      const [scheme = '', credentials = ''] = (exchange.header('authorization') ?? '').split(' ')
      if (auth.kind === 'basic') {
        const expected = Buffer.from(`${auth.username}:${auth.password}`).toString('base64')
        if (scheme.toLowerCase() === 'basic' && same(credentials, expected)) return undefined
        return { challenge: 'Basic realm="Realm"', body: true }
      }
      if (scheme.toLowerCase() === 'bearer' && isGood(credentials)) return undefined
      return { challenge: credentials === '' ? 'Bearer' : 'Bearer error="invalid_token"', body: false }
    },

    async token(exchange) {
      if (auth.kind !== 'bearer') return { status: 404 }
      const form = new URLSearchParams(await exchange.body())
      const { clientId, clientSecret, username, password, expiresIn = 300, refreshExpiresIn = 1800 } = auth
      const client = clientOf(exchange, form)
      if (client.id !== clientId || (clientSecret !== undefined && !same(client.secret, clientSecret))) {
        return refused(401, 'invalid_client', 'Invalid client or Invalid client credentials')
      }
      const grant = form.get('grant_type')
      if (grant === 'password') {
        const isUser =
          form.get('username') === username && password !== undefined && same(form.get('password') ?? '', password)
        if (!isUser) return refused(401, 'invalid_grant', 'Invalid user credentials')
      } else if (grant === 'refresh_token') {
        const given = form.get('refresh_token') ?? ''
        const isFresh = (refresh.get(given) ?? 0) > now()
        // A refresh token is good for one login, as where they rotate.
        refresh.delete(given)
        if (!isFresh) return refused(400, 'invalid_grant', 'Token is not active')
      } else if (grant !== 'client_credentials') {
        return refused(400, 'unsupported_grant_type', 'Unsupported grant_type')
      } else if (clientSecret === undefined) {
        return refused(401, 'unauthorized_client', 'Public client not allowed to retrieve service account')
      }
      const token = randomBytes(24).toString('base64url')
      access.set(token, { expires: now() + expiresIn * 1e6, calls: 0 })
      const answer = { access_token: token, token_type: 'Bearer', expires_in: expiresIn }
      if (grant === 'client_credentials') return json(answer)
      const again = randomBytes(24).toString('base64url')
      refresh.set(again, now() + refreshExpiresIn * 1e6)
      return json({ ...answer, refresh_token: again, refresh_expires_in: refreshExpiresIn })
    },
  }
}

function clientOf(exchange: Exchange, form: URLSearchParams): { id: string; secret: string } {
  const header = exchange.header('authorization')
  if (!header?.startsWith('Basic ')) {
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  }
  const [id = '', secret = ''] = Buffer.from(header.slice(6), 'base64').toString().split(':').map(formDecoded)
  return { id, secret }
}

// RFC 6749, 2.3.1: form-encoded, where a plus is a blank.
const formDecoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

const refused = (status: number, error: string, description: string): Reply =>
  json({ error, error_description: description }, status)

const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
