import * as aql from '../aql.js'
import { formatInstant } from '../instant.js'
import type { Kind } from '../scan/kind.js'
import type { Vendor } from '../vendors/vendor.js'

/** EHRs (openEHR RM, EHR). They never change once created. */
export const ehrs = (vendor: Vendor, selection: aql.Selection): Kind => {
  const shape = aql.ehrs(vendor, selection)
  return {
    full: shape,
    light: shape,
    time: 'time_created',
    uid: 'ehr_id',
    payload: undefined,
    id: ehrId => ehrId,
    record: ({ values }, at) => ({
      ehr_id: values.ehr_id ?? null,
      system_id: values.system_id ?? null,
      time_created: formatInstant(at),
    }),
  }
}
