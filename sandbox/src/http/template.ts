import { formatInstant, type Instant } from '../instant.js'
import { Refusal } from '../store/refusal.js'
import type { Store } from '../store/store.js'
import type { StoredTemplate } from '../store/templates.js'
import { lastModified } from './ehr.js'
import { accepts, type Exchange } from './exchange.js'
import { json, type Reply } from './reply.js'

/** The resource DEFINITION/TEMPLATE, ADL 1.4. */
export function templateResource(store: Store, baseUrl: () => string, now: () => Instant) {
  const headers = (templateId: string) => ({
    Location: `${baseUrl()}/definition/template/adl1.4/${encodeURIComponent(templateId)}`,
    ETag: `"${templateId}"`,
    'Last-Modified': lastModified,
  })

  function webTemplate({ webTemplate, templateId }: StoredTemplate): string {
    if (!webTemplate) throw new Refusal(501, `The sandbox has no web template of ${templateId}`)
    return webTemplate()
  }

  return {
    list: (): Reply =>
      json(
        store.templates.list().map(({ templateId, archetypeId, concept, created }) => ({
          concept,
          template_id: templateId,
          archetype_id: archetypeId,
          // Milliseconds here, whatever the rest of the server does.
          created_timestamp: formatInstant(created - (created % 1000)).replace(
            /\.(\d+)Z$/,
            (_, f) => `.${f.padEnd(3, '0')}Z`,
          ),
        })),
      ),

    async upload(exchange: Exchange): Promise<Reply> {
      const { templateId } = store.templates.upload(await exchange.body(), now())
      return { status: 201, headers: { ...headers(templateId), 'Content-Type': 'application/xml' } }
    },

    get(exchange: Exchange, templateId: string): Reply {
      const template = store.templates.get(templateId)
      const own = headers(templateId)
      const types = accepts(exchange)
      const type =
        types.find(wanted => offered.includes(wanted)) ?? (types.length === 0 ? 'application/xml' : undefined)
      if (type === undefined) return { status: 406, headers: { Accept: offered.join(', ') } }
      const body = type === 'application/xml' ? template.opt() : webTemplate(template)
      return { status: 200, headers: { ...own, 'Content-Type': type }, body }
    },
  }
}

const offered = ['application/xml', 'application/json', 'application/openehr.wt+json']
