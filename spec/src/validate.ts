import type { JsonObject } from './json.js'

/** What is wrong, and where: `{ path: '/authentication/username', message: 'is required' }`. Never the value itself. */
export interface Problem {
  /** JSON pointer (RFC 6901) into the value; empty for the value itself. */
  readonly path: string
  /** Continues the sentence that the path begins. */
  readonly message: string
}

/**
 * The problems of a value; none when it is valid. Optional members that are null where the schema wants something else
 * are removed from the value, because runners write them so (PyAirbyte: `"namespace": null`); defaults are filled in.
 */
export type Validate = (value: unknown) => Problem[]

/** What ajv notes of an error. `data` and the like are left out on purpose: they hold the value. */
interface Finding {
  readonly keyword: string
  readonly instancePath: string
  readonly schemaPath: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A validator that ajv has generated: the findings of its last call hang on the function. */
export interface Generated {
  (value: unknown): boolean
  errors?: readonly Finding[] | null
}

const segments = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map(part => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))

const follow = (root: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), root)

const holdsNull = (value: unknown, { instancePath }: Finding) => follow(value, segments(instancePath)) === null

/** Takes the member at a pointer out of its object. False when it is in none: an array's item, or the whole value. */
const remove = (value: unknown, pointer: string): boolean => {
  const path = segments(pointer)
  const owner = follow(value, path.slice(0, -1))
  const key = path.at(-1)
  if (key === undefined || typeof owner !== 'object' || owner === null || Array.isArray(owner)) return false
  return Reflect.deleteProperty(owner, key)
}

const list = (values: unknown): string => (Array.isArray(values) ? values.join(', ') : String(values))

const problem = (finding: Finding, schema: JsonObject): Problem => {
  const { instancePath: path, keyword, params } = finding
  const rule = follow(schema, segments(finding.schemaPath).slice(0, -1)) as JsonObject | undefined
  switch (keyword) {
    case 'required':
      return { path: `${path}/${params.missingProperty}`, message: 'is required' }
    case 'type':
      return { path, message: `must be of type ${list(params.type)}` }
    case 'enum':
      return { path, message: `must be one of ${list(params.allowedValues)}` }
    case 'discriminator':
      return { path: `${path}/${params.tag}`, message: `must be one of ${list(branches(rule, String(params.tag)))}` }
    case 'pattern':
      return { path, message: `must be ${list(rule?.pattern_descriptor)}` }
    case 'minimum':
    case 'maximum':
      return { path, message: `must be ${params.comparison} ${params.limit}` }
    case 'minItems':
      return { path, message: `must have ${params.limit} items or more` }
    default:
      return { path, message: `breaks the rule "${keyword}"` }
  }
}

/** The values of the const that tells the branches of a oneOf apart. */
const branches = (rule: JsonObject | undefined, tag: string): unknown[] =>
  Array.isArray(rule?.oneOf) ? rule.oneOf.map(branch => follow(branch, ['properties', tag, 'const'])) : []

/** @param schema what `generated` was made from; its `pattern_descriptor`s and branches appear in the messages. */
export const validator =
  (generated: Generated, schema: JsonObject = {}): Validate =>
  value => {
    for (;;) {
      if (generated(value)) return []
      const findings = generated.errors ?? []
      const removed = findings.filter(finding => holdsNull(value, finding) && remove(value, finding.instancePath))
      if (removed.length === 0) return findings.map(finding => problem(finding, schema))
    }
  }
