import * as aql from '../aql.js'
import type { Kind } from '../scan/kind.js'
import type { Vendor } from '../vendors/vendor.js'
import { compositionRecords } from './composition-record.js'

/** Latest versions of compositions (openEHR RM, EHR: COMPOSITION). */
export const compositions = (vendor: Vendor, selection: aql.Selection): Kind => ({
  full: aql.compositions(vendor, selection, true),
  light: aql.compositions(vendor, selection, false),
  time: 'committed_at',
  uid: 'version_uid',
  payload: 'composition',
  id: vendor.uidOperand,
  record: compositionRecords(),
})
