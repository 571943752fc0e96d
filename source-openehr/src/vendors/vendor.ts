/** What a server does in its own way. The rest of the connector knows the openEHR REST API and AQL only. */
export interface Vendor {
  readonly name: string
  /** The AQL path by which versions are compared and sorted by commit time. */
  readonly commitTime: string
  /** The AQL path by which EHRs are compared and sorted by creation time. */
  readonly ehrTime: string
  /** The literal that stands for "after this version" where `v/uid/value` is compared. */
  readonly uidOperand: (versionUid: string) => string
}
