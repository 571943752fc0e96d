import { HttpStatusError, type Item, type Reader, type RecordChange } from '@openehr-connectors/cdk'
import type { JsonObject } from '@openehr-connectors/spec'
import { explained, type OpenEhr, type TemplateInfo } from '../client.js'
import { formatInstant, parseInstant } from '../instant.js'
import { COMPLETE } from '../scan/state.js'

/** The server's operational templates, with their XML and web template. Read whole at each sync: there are few. */
export const templates = (stream: string, client: OpenEhr, list: readonly TemplateInfo[]): Reader => ({
  streams: [stream],

  async *read(signal: AbortSignal): AsyncGenerator<Item> {
    const ordered = [...list].sort((a, b) => (a.templateId < b.templateId ? -1 : 1))
    try {
      for (const template of ordered) yield { stream, ...(await read(client, template, signal)) }
    } catch (error) {
      if (signal.aborted) return
      throw explained(error)
    }
    yield { stream, state: { [COMPLETE]: true } }
  },
})

const read = async (
  client: OpenEhr,
  { templateId, archetypeId, concept, createdAt }: TemplateInfo,
  signal: AbortSignal,
) => {
  const created = createdAt === null ? undefined : parseInstant(createdAt)
  const changes: RecordChange[] = []
  // A server may hold a template that it cannot serve in one of the forms; the other is still worth having.
  const orNull = async <T>(field: string, value: Promise<T>): Promise<T | null> => {
    try {
      return await value
    } catch (error) {
      if (!(error instanceof HttpStatusError) || error.status === 401 || error.status === 403) throw error
      changes.push({ field, change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' })
      return null
    }
  }
  const opt = await orNull('opt', client.template(templateId, signal))
  const webTemplate = await orNull('web_template', client.webTemplate(templateId, signal))
  const record: JsonObject = {
    template_id: templateId,
    concept,
    archetype_id: archetypeId,
    created_at: created === undefined ? null : formatInstant(created),
    opt,
    web_template: webTemplate && JSON.parse(webTemplate.toString()),
  }
  return changes.length > 0 ? { record, changes } : { record }
}
