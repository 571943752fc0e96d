import { X509Certificate } from 'node:crypto'
import type { AgentOptions } from 'node:https'
import { createSecureContext, rootCertificates } from 'node:tls'
import { ConfigError } from '../errors.js'

/** How https connections are secured. Certificates and keys are in PEM form; empty means none. */
export interface TlsOptions {
  /** Off, any server is believed. */
  readonly verify: boolean
  /** Trusted beside the well-known authorities. */
  readonly ca?: string | undefined
  /** Shown to a server that asks for one; goes with `key`. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

/** @throws ConfigError for a certificate or key that cannot be used, which Node would pass over or report at the first request */
export const tlsAgentOptions = ({ verify, ca, certificate, key }: TlsOptions): AgentOptions => {
  const options: AgentOptions = { rejectUnauthorized: verify }
  if (ca) {
    attempt('The CA certificate cannot be read. It has to be in PEM form.', () => new X509Certificate(ca))
    options.ca = [...rootCertificates, ca]
  }
  if (Boolean(certificate) !== Boolean(key))
    throw new ConfigError('A client certificate and its key belong together. Set both of them, or none.')
  if (certificate && key) {
    const pair = { cert: certificate, key }
    attempt(
      'The client certificate cannot be used. It and its key have to be in PEM form, belong together, and the key must not be encrypted.',
      () => createSecureContext(pair),
    )
    Object.assign(options, pair)
  }
  return options
}

const attempt = (message: string, use: () => unknown) => {
  try {
    use()
  } catch (cause) {
    throw new ConfigError(message, { cause })
  }
}
