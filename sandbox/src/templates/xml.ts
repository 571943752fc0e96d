export interface Tag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly inside: string | readonly Tag[]
}

export const tag = (name: string, inside: string | readonly Tag[] = '', attributes: Tag['attributes'] = {}): Tag => ({
  name,
  inside,
  attributes,
})

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, character => entities[character] ?? character)

const isLeaf = (child: Tag): boolean => typeof child.inside === 'string' || child.inside.length === 0

/** The tag as indented XML. Text stays on its tag's line: blanks around it would count. */
export function print({ name, attributes, inside }: Tag, indent = ''): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ')
  if (inside.length === 0) return `${indent}<${head}/>\n`
  if (typeof inside === 'string') return `${indent}<${head}>${escaped(inside)}</${name}>\n`
  if (inside.every(isLeaf))
    return `${indent}<${head}>${inside.map(child => print(child).trimEnd()).join('')}</${name}>\n`
  return `${indent}<${head}>\n${inside.map(child => print(child, `${indent}  `)).join('')}${indent}</${name}>\n`
}
