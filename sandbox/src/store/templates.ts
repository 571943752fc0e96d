import type { Instant } from '../instant.js'
import { templates as seeded } from '../templates/catalogue.js'
import { Refusal } from './refusal.js'

export interface StoredTemplate {
  templateId: string
  archetypeId: string
  concept: string
  created: Instant
  /** Operational template, XML. */
  opt(): string
  /** undefined where nobody has recorded one: the sandbox does not compute it. */
  webTemplate: (() => string) | undefined
}

/** The server's operational templates: the seeded ones, and those that somebody uploads. */
export class Templates {
  private readonly stored = new Map<string, StoredTemplate>()

  constructor(created: Instant) {
    for (const template of seeded) {
      const { templateId, archetypeId, concept } = template
      const webTemplate = () => template.webTemplate()
      this.stored.set(templateId, { templateId, archetypeId, concept, created, opt: () => template.opt(), webTemplate })
    }
  }

  list(): StoredTemplate[] {
    return [...this.stored.values()]
  }

  has(templateId: string): boolean {
    return this.stored.has(templateId)
  }

  /** @throws Refusal 404 */
  get(templateId: string): StoredTemplate {
    const template = this.stored.get(templateId)
    if (!template) throw new Refusal(404, 'Template with the specified id does not exist')
    return template
  }

  /** Takes an OPT 1.4 in. @throws Refusal 400 when it is none, 409 when its id is taken */
  upload(xml: string, created: Instant): StoredTemplate {
    const templateId = /<template_id>\s*<value>([^<]+)<\/value>/.exec(xml)?.[1]
    const archetypeId = /<definition[\s>][\s\S]*?<archetype_id>\s*<value>([^<]+)<\/value>/.exec(xml)?.[1]
    const concept = /<concept>([^<]*)<\/concept>/.exec(xml)?.[1]
    if (!/^(<\?xml[^>]*>)?\s*<(\w+:)?template[\s>]/.test(xml) || templateId === undefined) {
      throw new Refusal(400, 'error: The document is not a template@http://schemas.openehr.org/v1')
    }
    if (this.has(templateId)) {
      throw new Refusal(409, `Operational template with this template ID already exists: ${templateId}`)
    }
    const template: StoredTemplate = {
      templateId,
      archetypeId: archetypeId ?? '',
      concept: concept ?? templateId,
      created,
      opt: () => xml,
      webTemplate: undefined,
    }
    this.stored.set(templateId, template)
    return template
  }
}
