import { parseVersionUid } from '../version-uid.js'
import type { Vendor } from './vendor.js'

export const ehrbase: Vendor = {
  name: 'ehrbase',
  // EHRbase compares and sorts the DV_DATE_TIME itself; with `/value` it answers 400 "Not implemented".
  commitTime: 'v/commit_audit/time_committed',
  ehrTime: 'e/time_created',
  // A UUID comparison; a full version uid is refused when another system made the version.
  uidOperand: versionUid => parseVersionUid(versionUid).objectId,
}
