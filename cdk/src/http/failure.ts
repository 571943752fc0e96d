import { ConfigError, TransientError } from '../errors.js'

const distrusted = (server: string) =>
  `The certificate of ${server} is not signed by an authority that is trusted here. Set the CA certificate to that of its authority.`
const otherHost = (server: string) =>
  `The certificate of ${server} is made out to another host. Use a name in the URL that the certificate carries.`
const unasked = (server: string) =>
  `${server} refused the connection for want of a client certificate that it knows. Set the client certificate and its key.`
const plain = (server: string) =>
  `${server} does not speak TLS. Check the port, and whether the URL has to begin with http:.`

/** What to change, by the code of OpenSSL and Node for what is wrong with a TLS connection. */
const tlsAdvice: Readonly<Record<string, (server: string) => string>> = {
  CERT_HAS_EXPIRED: server => `The certificate of ${server} has expired. It has to be renewed there.`,
  CERT_NOT_YET_VALID: server => `The certificate of ${server} is not valid yet. Check the clocks on both sides.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: distrusted,
  SELF_SIGNED_CERT_IN_CHAIN: distrusted,
  UNABLE_TO_GET_ISSUER_CERT: distrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: distrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: distrusted,
  CERT_UNTRUSTED: distrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: otherHost,
  HOSTNAME_MISMATCH: otherHost,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: unasked,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: unasked,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: unasked,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: unasked,
  ERR_SSL_WRONG_VERSION_NUMBER: plain,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plain,
}

/** What is wrong with a certificate, as OpenSSL calls it (X509_V_ERR_*), and as Node does. */
const isDistrust = (code: string) => /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_CERT_)/.test(code)

/**
 * Sorts why there was no answer by what the reader does next.
 * @param error as axios throws it. It holds the request with its credentials and is not passed on, only its cause is
 * @param server host and port, for the message
 */
export const connectionFailure = (error: unknown, server: string): Error => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
  const code = openSslCode(cause) ?? codeOf(cause) ?? codeOf(error) ?? ''
  const advice = Object.hasOwn(tlsAdvice, code) ? tlsAdvice[code] : undefined
  if (advice !== undefined) return new ConfigError(advice(server), { cause })
  if (isDistrust(code)) return new ConfigError(`The certificate of ${server} is not valid (${code}).`, { cause })
  // llhttp's codes: what came back is not HTTP, as from a port that speaks TLS. The cause holds the bytes: it stays here.
  if (code.startsWith('HPE_'))
    return new TransientError(`${server} sent an answer that is not HTTP. The URL may have to begin with https:.`)
  // axios calls a body that ended early a bad response.
  if (code === 'ERR_BAD_RESPONSE') return new TransientError(`The answer of ${server} was cut short.`, { cause })
  if (/^(E(?!RR_)|ERR_SSL_)/.test(code))
    return new TransientError(
      `${server} could not be reached (${code}). Check host and port, and that the server is running.`,
      { cause },
    )
  return new Error(`A request to ${server} could not be made (${code}).`, { cause })
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** While a connection is being made, Node 20 gives the code EPROTO and leaves OpenSSL's reason in the message. */
const openSslCode = (cause: Error | undefined): string | undefined => {
  const reason = codeOf(cause) === 'EPROTO' ? /SSL routines:[^:]*:([^:]+):/.exec(cause?.message ?? '')?.[1] : undefined
  return reason && `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
}
