import { createHash } from 'node:crypto'
import type { TemplateInfo } from './client.js'

const PREFIX = 'composition_'

/** `Vital signs.v1` → `composition_vital_signs_v1`. */
const plain = (templateId: string): string =>
  PREFIX +
  templateId
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')

const hashed = (templateId: string): string =>
  `${plain(templateId)}_${createHash('sha256').update(templateId).digest('hex').slice(0, 8)}`

/**
 * The stream name of each template. Where ids become the same name, the template that was there first keeps it and the others
 * get a hash of their id, so that adding a template renames none.
 */
export const streamNames = (templates: readonly TemplateInfo[]): Map<string, string> => {
  const names = new Map<string, string>()
  const byAge = [...templates].sort(
    (a, b) => order(a.createdAt ?? '', b.createdAt ?? '') || order(a.templateId, b.templateId),
  )
  for (const { templateId } of byAge) {
    const name = plain(templateId)
    names.set(names.has(name) || name === PREFIX ? hashed(templateId) : name, templateId)
  }
  return names
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
