/** A coded text of openEHR's own terminology. */
const coded = (code: string, value: string) => ({
  _type: 'DV_CODED_TEXT',
  value,
  defining_code: {
    _type: 'CODE_PHRASE',
    terminology_id: { _type: 'TERMINOLOGY_ID', value: 'openehr' },
    code_string: code,
  },
})

const audit = JSON.stringify({
  _type: 'AUDIT_DETAILS',
  system_id: 'loader.example',
  change_type: coded('249', 'creation'),
  committer: { _type: 'PARTY_IDENTIFIED', name: 'Loader' },
})

const complete = JSON.stringify(coded('532', 'complete'))

/**
 * The body of a CONTRIBUTION that creates compositions, in canonical JSON.
 *
 * @param compositions canonical JSON texts without uids
 */
export function contribution(compositions: readonly string[]): string {
  const versions = compositions.map(
    data => `{"_type":"ORIGINAL_VERSION","commit_audit":${audit},"lifecycle_state":${complete},"data":${data}}`,
  )
  return `{"_type":"CONTRIBUTION","audit":${audit},"versions":[${versions.join()}]}`
}
