import {
  type Authorization,
  basic,
  type Connection,
  type Context,
  clientCredentials,
  noAuthorization,
  passwordGrant,
} from '@openehr-connectors/cdk'
import type { SourceOpenehrConfig } from '@openehr-connectors/spec'

/** How the configuration says that the source logs in. The login server is reached as the openEHR server is. */
export const authorizationOf = (
  { authentication }: SourceOpenehrConfig,
  connection: Connection,
  { addSecret }: Context,
): Authorization => {
  if (authentication.method === 'none') return noAuthorization()
  if (authentication.method === 'basic') return basic(authentication.username, authentication.password)
  const login = {
    tokenUrl: authentication.token_url,
    clientId: authentication.client_id,
    scope: authentication.scope,
    connection,
    onSecret: (value: string) => addSecret?.(value),
  }
  if (authentication.method === 'oauth2_client_credentials')
    return clientCredentials({ ...login, clientSecret: authentication.client_secret })
  const { client_secret: clientSecret, username, password } = authentication
  return passwordGrant({ ...login, clientSecret, username, password })
}
