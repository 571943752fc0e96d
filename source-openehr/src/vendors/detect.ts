import { ConfigError, HttpStatusError } from '@openehr-connectors/cdk'
import type { SourceOpenehrConfig } from '@openehr-connectors/spec'
import type { OpenEhr } from '../client.js'
import { explained } from '../client.js'
import { type Instant, parseInstant } from '../instant.js'
import { better } from './better.js'
import { ehrbase } from './ehrbase.js'
import { openehr } from './openehr.js'
import type { Vendor } from './vendor.js'

const VENDORS: readonly Vendor[] = [ehrbase, better, openehr]

export interface Server {
  readonly vendor: Vendor
  /** The id that the server gives itself; unknown while it holds no composition, or where it does not tell. */
  readonly systemId: string | undefined
  /** The server's clock. */
  readonly now: Instant
}

/** Statuses by which a server says that it does not know an AQL form. Anything else is no reason to try another. */
const NOT_UNDERSTOOD = new Set([400, 422, 501])

/**
 * Asks the one question on which every scan rests, in the vendor's way: versions by commit time.
 * @throws ConfigError when the server does not understand it in any way that fits `vendor`
 */
export const detect = async (
  client: OpenEhr,
  vendor: SourceOpenehrConfig['vendor'],
  signal: AbortSignal,
): Promise<Server> => {
  const candidates = vendor === 'auto' ? VENDORS : VENDORS.filter(({ name }) => name === vendor)
  let refusal: unknown
  for (const candidate of candidates) {
    try {
      const { body, now } = await client.query(probe(candidate), signal)
      const { rows, meta }: Answer = JSON.parse(body.toString())
      const systemId = rows?.[0]?.[0]
      return {
        vendor: candidate,
        systemId: typeof systemId === 'string' ? systemId : undefined,
        // The clock by which commits are timed; the one in the headers may be a proxy's.
        now: (typeof meta?._created === 'string' ? parseInstant(meta._created) : undefined) ?? now,
      }
    } catch (error) {
      if (!(error instanceof HttpStatusError) || !NOT_UNDERSTOOD.has(error.status)) throw explained(error)
      refusal = error
    }
  }
  const hint = vendor === 'auto' ? '' : ' Set vendor to "auto" to try others.'
  throw new ConfigError(`The server does not answer AQL on VERSION by commit time, which the source needs.${hint}`, {
    cause: refusal,
  })
}

const probe = ({ commitTime }: Vendor): string =>
  [
    'SELECT e/system_id/value AS system_id, v/uid/value AS version_uid, v/commit_audit/time_committed/value AS committed_at',
    'FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c',
    `WHERE ${commitTime} >= '1970-01-01T00:00:00.000000Z'`,
    `ORDER BY ${commitTime} ASC, v/uid/value ASC LIMIT 1`,
  ].join(' ')

interface Answer {
  readonly rows?: readonly (readonly unknown[])[] | null
  readonly meta?: { readonly _created?: unknown } | null
}
