import type { Json, JsonObject } from '@openehr-connectors/spec'
import { json, type OpenEhr } from '../../src/openehr.js'

/** A composition as the server's own REST API tells of it, whatever a source makes of it. */
export interface Served {
  readonly ehrId: string
  readonly versionUid: string
  readonly templateId: string
  readonly committedAt: string
}

const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The latest version of every composition, in the order of their uids. */
export async function served(server: OpenEhr): Promise<Served[]> {
  const found: Served[] = []
  const page = async (after: string): Promise<readonly Json[][]> => {
    const { rows } = await server.query(
      'SELECT e/ehr_id/value, c/uid/value, c/archetype_details/template_id/value, v/commit_audit/time_committed/value ' +
        'FROM EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c ' +
        `WHERE c/uid/value > '${after}' AND c/uid/value <= '${last}' ORDER BY c/uid/value ASC LIMIT 5000`,
    )
    return rows
  }
  let after = '00000000-0000-0000-0000-000000000000'
  for (let rows = await page(after); rows.length > 0; rows = await page(after)) {
    for (const [ehrId, versionUid, templateId, committedAt] of rows.map(row => row.map(String)))
      found.push({
        ehrId: ehrId ?? '',
        versionUid: versionUid ?? '',
        templateId: templateId ?? '',
        committedAt: committedAt ?? '',
      })
    after = found.at(-1)?.versionUid.split('::', 1)[0] ?? last
  }
  return found
}

/** One version, by GET. */
export async function composition(server: OpenEhr, { ehrId, versionUid }: Served): Promise<JsonObject> {
  return json(await server.demand('GET', `/ehr/${ehrId}/composition/${versionUid}`))
}
