import { Refusal } from './refusal.js'

/** What the store needs of a composition that somebody sends. */
export interface CompositionInput {
  templateId: string
  archetypeId: string
  /** undefined for a deletion. */
  content: object | undefined
}

interface Composition {
  _type?: unknown
  archetype_node_id?: unknown
  archetype_details?: { template_id?: { value?: unknown } }
  [attribute: string]: unknown
}

// The sandbox does not validate against templates: it checks what it relies on, and what tests get wrong.
const mandatory = ['name', 'archetype_node_id', 'language', 'territory', 'category', 'composer']

/** Reads a composition in canonical JSON. @throws Refusal 400 when it is none */
export function readComposition(text: string): CompositionInput {
  const content = parseObject(text) as Composition
  for (const attribute of mandatory) {
    if (!content[attribute]) throw new Refusal(400, `Composition missing mandatory attribute: ${attribute}`)
  }
  const templateId = content.archetype_details?.template_id?.value
  if (typeof templateId !== 'string') {
    throw new Refusal(400, 'Composition missing mandatory attribute: archetype_details/template_id')
  }
  return { templateId, archetypeId: String(content.archetype_node_id), content }
}

/** @throws Refusal 400 when it is no JSON object */
export function parseObject(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refusal(400, 'JSON parse error: Unexpected character or end-of-input')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'JSON parse error: Cannot deserialize value, an object is expected')
  }
  return value
}
