import type { Vendor } from './vendor.js'

/** A server that compares texts, as the AQL specification's own examples do. */
export const openehr: Vendor = {
  name: 'openehr',
  commitTime: 'v/commit_audit/time_committed/value',
  ehrTime: 'e/time_created/value',
  uidOperand: versionUid => versionUid,
}
