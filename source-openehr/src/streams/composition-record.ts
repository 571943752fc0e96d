import { ByteBuilder, members, spells, textOf } from '@openehr-connectors/cdk'
import { formatInstant, parseInstant } from '../instant.js'
import { memberSpan, type Page, type Payload } from '../page.js'
import type { Kind } from '../scan/kind.js'
import { parseVersionUid } from '../version-uid.js'

/**
 * Writes composition records as JSON text. The composition itself is copied from the page, byte for byte; only its name and
 * its context are looked into.
 */
export const compositionRecords = (): Kind['record'] => {
  const out = new ByteBuilder()
  return ({ values, payload }, at, page) => {
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
      committed_at: formatInstant(at),
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
const nameOf = (page: Page, payload: Payload): string | null => valueIn(page.text, memberSpan(page, payload, 'name'))

/**
 * EVENT_CONTEXT.start_time (openEHR RM, EVENT_CONTEXT), in UTC; null for persistent compositions, which have no context, and
 * for partial times.
 */
const startTimeOf = (page: Page, payload: Payload): string | null => {
  const context = memberSpan(page, payload, 'context')
  const time = valueIn(page.text, context && find(page.text, context, 'start_time'))
  const instant = time === null ? undefined : parseInstant(time)
  return instant === undefined ? null : formatInstant(instant)
}

type Span = [start: number, end: number]

/** The text of `value` in a data value such as a DV_TEXT. */
const valueIn = (text: Buffer, object: Span | undefined): string | null => {
  const value = object && find(text, object, 'value')
  return value && text[value[0]] === QUOTE ? textOf(text, value[0] + 1, value[1] - 1) : null
}

const find = (text: Buffer, [start]: Span, name: string): Span | undefined => {
  if (text[start] !== OPEN_OBJECT) return undefined
  let found: Span | undefined
  members(text, start, (keyStart, keyEnd, valueStart, valueEnd) => {
    if (found === undefined && spells(text, keyStart, keyEnd, name)) found = [valueStart, valueEnd]
  })
  return found
}

const QUOTE = 0x22
const OPEN_OBJECT = 0x7b
