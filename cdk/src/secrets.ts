/** Shorter values are words like `on` or `443`: hiding them would make every message unreadable. */
const SHORTEST = 4

/**
 * Replaces the values of secrets in text that leaves the process, however they were written on their way there. Used on
 * every LOG, TRACE, CONNECTION_STATUS and line of stderr, but never on a record or a state: data has to arrive as it is,
 * and from a state that was altered no sync could be resumed.
 */
export class Secrets {
  readonly #forms = new Set<string>()

  add(value: string): void {
    if (value.length < SHORTEST) return
    for (const form of formsOf(value)) if (form.length >= SHORTEST) this.#forms.add(form)
  }

  /** Every place covered by any secret is replaced, so that of two that overlap no remainder is left to read. */
  mask(text: string): string {
    const hits: [from: number, to: number][] = []
    for (const form of this.#forms)
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) hits.push([at, at + form.length])
    if (hits.length === 0) return text
    // The longer of two that start together comes first, so that one place gets one mask.
    hits.sort((one, other) => one[0] - other[0] || other[1] - one[1])
    let masked = ''
    let end = 0
    for (const [from, to] of hits) {
      if (from >= end) masked += `${text.slice(end, from)}****`
      end = Math.max(end, to)
    }
    return masked + text.slice(end)
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // Through bytes, because a lone surrogate cannot be URL-encoded.
  const text = bytes.toString()
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams({ '': text }).toString().slice(1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...base64Inside(bytes),
  ]
}

/**
 * How the bytes look in the base64 of something longer, as a password does in `user:password`: three ways, by where
 * they start in a group of three. Characters shared with a neighbour are left out.
 */
function base64Inside(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap(before => {
    const bits = 8 * (before + bytes.length)
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const from = Math.ceil((8 * before) / 6)
    const to = Math.floor(bits / 6)
    return [padded.toString('base64').slice(from, to), padded.toString('base64url').slice(from, to)]
  })
}

/**
 * The values in `config` below every property that the specification marks `airbyte_secret`, in any branch of a
 * `oneOf`: which branch is meant is not asked, for a wrong config may hold a true password.
 */
export function* secretValues(schema: unknown, config: unknown): Generator<string> {
  if (!isObject(schema) || config === undefined) return
  if (schema.airbyte_secret === true) {
    yield* leaves(config)
    return
  }
  if (Array.isArray(schema.oneOf)) for (const branch of schema.oneOf) yield* secretValues(branch, config)
  if (Array.isArray(config)) for (const item of config) yield* secretValues(schema.items, item)
  else if (isObject(schema.properties) && isObject(config))
    for (const [name, property] of Object.entries(schema.properties)) yield* secretValues(property, config[name])
}

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* leaves(inner)
  else if (value !== null && value !== undefined) yield String(value)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
