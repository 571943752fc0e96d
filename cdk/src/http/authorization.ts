/** How a client proves who it is. */
export interface Authorization {
  /** The headers to send along. May log in first. @throws ConfigError when the login is refused */
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>
  /** The server refused those headers. Resolves true when there are new ones that are worth a try. */
  renew(signal: AbortSignal): Promise<boolean>
}

const fixed = (headers: Readonly<Record<string, string>>): Authorization => ({
  headers: async () => headers,
  renew: async () => false,
})

export const noAuthorization = (): Authorization => fixed({})

/** HTTP Basic (RFC 7617), in UTF-8. */
export const basic = (username: string, password: string): Authorization =>
  fixed({ authorization: basicCredentials(username, password) })

export const basicCredentials = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
