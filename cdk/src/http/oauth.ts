import { ConfigError, TransientError } from '../errors.js'
import { type Authorization, basicCredentials, noAuthorization } from './authorization.js'
import { HttpStatusError } from './client.js'
import { type Connection, createHttpClient } from './create-client.js'
import { isPassing } from './retry.js'

/** A login at an OAuth 2.0 server (RFC 6749). */
export interface OAuthLogin {
  /** The token endpoint. */
  readonly tokenUrl: string
  readonly clientId: string
  /** None for a public client. */
  readonly clientSecret?: string | undefined
  /** Separated by blanks; none for what the server grants by default. */
  readonly scope?: string | undefined
  /** How the login server is reached. */
  readonly connection: Connection
  /** Hears every token as soon as it is known, so that none of them is ever logged. */
  onSecret(value: string): void
  /** Milliseconds since 1970. Replaced in tests. */
  readonly now?: () => number
}

type Grant = Readonly<Record<string, string>>

interface Tokens {
  readonly access: string
  readonly refresh: string | undefined
  /** From then on the access token is not used any more; undefined: until it is refused. */
  readonly staleAt: number | undefined
}

// A token must outlive the request that carries it; of a short-lived one a fifth has to do.
const MARGIN_MS = 30_000
const MARGIN_SHARE = 1 / 5

/** The client credentials grant (RFC 6749, 4.4): the program logs in as itself. */
export const clientCredentials = (login: OAuthLogin & { readonly clientSecret: string }): Authorization =>
  bearer(login, { grant_type: 'client_credentials' })

/** The password grant (RFC 6749, 4.3), with its refresh token while that is accepted. */
export const passwordGrant = (
  login: OAuthLogin & { readonly username: string; readonly password: string },
): Authorization => bearer(login, { grant_type: 'password', username: login.username, password: login.password })

const bearer = (login: OAuthLogin, grant: Grant): Authorization => {
  const { now = Date.now } = login
  let tokens: Tokens | undefined
  let pending: Promise<Tokens> | undefined

  const renewed = async (signal: AbortSignal): Promise<Tokens> => {
    const refresh = tokens?.refresh
    tokens = undefined
    if (refresh !== undefined)
      try {
        return await request(login, { grant_type: 'refresh_token', refresh_token: refresh }, signal)
      } catch (error) {
        // A refresh token that has expired or was revoked: the whole login is needed again.
        if (!(error instanceof ConfigError)) throw error
      }
    return await request(login, grant, signal)
  }

  /** One login at a time serves all that wait for one. */
  const logIn = async (signal: AbortSignal): Promise<Tokens> => {
    while (pending !== undefined)
      try {
        return await pending
      } catch (error) {
        // Whoever began it may have given up; that is no reason for others to.
        signal.throwIfAborted()
        if (error instanceof ConfigError || error instanceof TransientError) throw error
      }
    pending = renewed(signal)
    try {
      tokens = await pending
      return tokens
    } finally {
      pending = undefined
    }
  }

  const isFresh = ({ staleAt }: Tokens) => staleAt === undefined || now() < staleAt

  return {
    async headers(signal) {
      const { access } = tokens !== undefined && isFresh(tokens) ? tokens : await logIn(signal)
      return { authorization: `Bearer ${access}` }
    },
    async renew(signal) {
      await logIn(signal)
      return true
    },
  }
}

const request = async (login: OAuthLogin, grant: Grant, signal: AbortSignal): Promise<Tokens> => {
  const { tokenUrl, clientId, clientSecret, scope, connection, onSecret, now = Date.now } = login
  const url = tokenUrlOf(tokenUrl)
  const client = createHttpClient({ ...connection, baseUrl: url.origin, authorization: noAuthorization() })
  const askedAt = now()
  try {
    const { body } = await client.send(
      {
        method: 'POST',
        path: url.pathname + url.search,
        headers: clientSecret ? { authorization: clientAuthentication(clientId, clientSecret) } : {},
        form: { ...grant, ...(scope ? { scope } : {}), ...(clientSecret ? {} : { client_id: clientId }) },
      },
      signal,
    )
    const tokens = tokensIn(body, askedAt)
    onSecret(tokens.access)
    if (tokens.refresh !== undefined) onSecret(tokens.refresh)
    return tokens
  } catch (error) {
    throw error instanceof HttpStatusError ? refusal(error) : error
  } finally {
    client.close()
  }
}

const tokenUrlOf = (tokenUrl: string): URL => {
  if (!URL.canParse(tokenUrl)) throw new ConfigError('The token URL is not a URL.')
  return new URL(tokenUrl)
}

/** The header that every login server has to take (RFC 6749, 2.3.1): both parts are form-encoded before they are joined. */
const clientAuthentication = (clientId: string, clientSecret: string): string =>
  basicCredentials(formEncoded(clientId), formEncoded(clientSecret))

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)

const tokensIn = (body: Buffer, askedAt: number): Tokens => {
  const { access_token: access, refresh_token: refresh, expires_in: expiresIn } = objectIn(body)
  if (typeof access !== 'string')
    throw new ConfigError('The login server answered without an access token. Check the token URL.')
  const lifetime = Number(expiresIn) * 1000
  return {
    access,
    refresh: typeof refresh === 'string' ? refresh : undefined,
    staleAt: lifetime > 0 ? askedAt + lifetime - Math.min(MARGIN_MS, lifetime * MARGIN_SHARE) : undefined,
  }
}

/** What to change, by the errors of RFC 6749, 5.2. */
const advice: Readonly<Record<string, string>> = {
  invalid_client: 'Check the client ID and the client secret.',
  invalid_grant: 'Check the username and the password.',
  invalid_scope: 'Check the scope.',
  unauthorized_client: 'Allow this kind of login for the client there.',
  unsupported_grant_type: 'Choose another kind of login.',
}

const refusal = ({ status, body }: HttpStatusError): Error => {
  if (isPassing(status)) return new TransientError(`The login server still answered ${status} after several tries.`)
  const { error } = objectIn(body)
  const known = typeof error === 'string' && Object.hasOwn(advice, error) ? error : undefined
  return known === undefined
    ? new ConfigError(`The login server refused the login (${status}). Check the token URL and the client.`)
    : new ConfigError(`The login server refused the login (${known}). ${advice[known]}`)
}

const objectIn = (body: Buffer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
