import type { Json, JsonObject } from '@openehr-connectors/spec'
import * as aql from '../aql.js'
import { formatInstant } from '../instant.js'
import type { Kind } from '../scan/kind.js'
import type { Vendor } from '../vendors/vendor.js'
import { parseVersionUid } from '../version-uid.js'

/** The latest EHR_STATUS of each EHR (openEHR RM, EHR: EHR_STATUS). */
export const ehrStatuses = (vendor: Vendor, selection: aql.Selection): Kind => ({
  full: aql.ehrStatuses(vendor, selection, true),
  light: aql.ehrStatuses(vendor, selection, false),
  time: 'committed_at',
  uid: 'version_uid',
  payload: 'ehr_status',
  id: vendor.uidOperand,
  record: ({ values, payload }, at, page) => {
    const status: JsonObject | null = payload
      ? JSON.parse(page.text.toString('utf8', payload.start, payload.end))
      : null
    const versionUid = values.version_uid ?? ''
    const { objectId, systemId, version } = parseVersionUid(versionUid)
    // The subject is a PARTY_SELF; without external_ref the server knows no patient.
    const reference = object(object(status?.subject)?.external_ref)
    return {
      ehr_id: values.ehr_id ?? null,
      ehr_status_uid: objectId,
      version_uid: versionUid,
      version,
      committed_at: formatInstant(at),
      contribution_id: values.contribution_id ?? null,
      system_id: systemId,
      is_queryable: boolean(status?.is_queryable),
      is_modifiable: boolean(status?.is_modifiable),
      subject_id: text(object(reference?.id)?.value),
      subject_namespace: text(reference?.namespace),
      ehr_status: status,
    }
  },
})

const object = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

const boolean = (value: Json | undefined): boolean | null => (typeof value === 'boolean' ? value : null)
