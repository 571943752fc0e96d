import { ByteBuilder } from '@openehr-connectors/cdk'
import { formatInstant, parseInstant } from '../instant.js'
import type { Page, Payload, Row } from '../page.js'
import { parseVersionUid } from '../version-uid.js'

/**
 * Writes composition records as JSON text. The composition itself is copied from the page, byte for byte; only its name and
 * its context are looked into.
 */
export const compositionRecords = (): ((row: Row, page: Page) => Uint8Array) => {
  const out = new ByteBuilder()
  return ({ values, payload }, page) => {
    const versionUid = values.version_uid ?? ''
    const { objectId, systemId, version } = parseVersionUid(versionUid)
    const head = {
      ehr_id: values.ehr_id,
      composition_uid: objectId,
      version_uid: versionUid,
      version,
      template_id: values.template_id,
      archetype_id: values.archetype_id,
      composition_name: payload ? nameOf(page, payload) : null,
      start_time: payload ? startTimeOf(page, payload) : null,
      committed_at: formatInstant(parseInstant(values.committed_at ?? '') ?? 0),
      contribution_id: values.contribution_id,
      system_id: systemId,
    }
    out.reset()
    // Without its closing brace: the composition is the last member.
    out.appendUtf8(JSON.stringify(head).slice(0, -1))
    out.appendLatin1(',"composition":')
    if (payload) out.append(page.text, payload.start, payload.end)
    else out.appendLatin1('null')
    out.appendLatin1('}')
    return out.view()
  }
}

/** COMPOSITION.name is a DV_TEXT (openEHR RM, LOCATABLE). */
const nameOf = (page: Page, payload: Payload): string | null => text(member(page, payload, 'name'), 'value')

/**
 * EVENT_CONTEXT.start_time (openEHR RM, EVENT_CONTEXT), in UTC; null for persistent compositions, which have no context, and
 * for partial times.
 */
const startTimeOf = (page: Page, payload: Payload): string | null => {
  const time = text(field(member(page, payload, 'context'), 'start_time'), 'value')
  const instant = time === null ? undefined : parseInstant(time)
  return instant === undefined ? null : formatInstant(instant)
}

const member = (page: Page, payload: Payload, name: string): unknown => {
  const span = payload.members.get(name)
  return span && JSON.parse(page.text.toString('utf8', ...span))
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

const text = (value: unknown, name: string): string | null => {
  const found = field(value, name)
  return typeof found === 'string' ? found : null
}
