import type { Vendor } from './vendor.js'

export const better: Vendor = {
  name: 'better',
  commitTime: 'v/commit_audit/time_committed/value',
  ehrTime: 'e/time_created/value',
  // A text comparison: the bare object id would sort before its own version and give the row once more.
  uidOperand: versionUid => versionUid,
}
