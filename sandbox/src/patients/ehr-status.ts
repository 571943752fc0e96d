import type { Chance } from './chance.js'

/** An EHR_STATUS as canonical JSON. Three of four EHRs say whose they are, by a number; the others are anonymous. */
export function ehrStatusText(versionUid: string, chance: Chance): string {
  const id = `{"_type":"GENERIC_ID","value":"P-${chance.int(10_000_000, 99_999_999)}","scheme":"patient-number"}`
  const reference = `,"external_ref":{"_type":"PARTY_REF","namespace":"patients","type":"PERSON","id":${id}}`
  const subject = `{"_type":"PARTY_SELF"${chance.happens(0.75) ? reference : ''}}`
  return (
    `{"_type":"EHR_STATUS","uid":{"_type":"OBJECT_VERSION_ID","value":"${versionUid}"}` +
    ',"archetype_node_id":"openEHR-EHR-EHR_STATUS.generic.v1","name":{"_type":"DV_TEXT","value":"EHR Status"}' +
    `,"subject":${subject},"is_queryable":true,"is_modifiable":true}`
  )
}
