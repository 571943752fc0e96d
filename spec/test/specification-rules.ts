import type { ConnectorSpecification, Json, JsonObject } from '@openehr-connectors/spec'

/** A rule of Airbyte's acceptance tests for specifications, or of its form; `broken` tells where it is broken. */
export interface Rule {
  readonly title: string
  broken(specification: ConnectorSpecification): string[]
}

interface Place {
  readonly path: readonly string[]
  readonly schema: JsonObject
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Every subschema, the root included: walked by the keywords that hold schemas, so that a field may have any name. */
function* places(schema: JsonObject, path: readonly string[] = []): Generator<Place> {
  yield { path, schema }
  for (const [name, field] of Object.entries(fields(schema))) yield* places(field, [...path, name])
  for (const [index, branch] of objects(schema.oneOf).entries()) yield* places(branch, [...path, `oneOf ${index}`])
  if (isObject(schema.items)) yield* places(schema.items, [...path, 'items'])
}

const fields = (schema: JsonObject): Record<string, JsonObject> =>
  Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
  )

const duplicates = (values: readonly unknown[]) => values.filter((value, index) => values.indexOf(value) !== index)

const rule = (title: string, isBroken: (place: Place) => boolean): Rule => ({
  title,
  broken: ({ connectionSpecification }) =>
    [...places(connectionSpecification)].filter(isBroken).map(({ path }) => `/${path.join('/')}`),
})

const discriminators = (branches: readonly JsonObject[]) =>
  Object.keys(fields(branches[0] ?? {})).filter(name =>
    branches.every(branch => fields(branch)[name]?.const !== undefined),
  )

const secretNames =
  /^(client_token|access_token|api_token|token|secret|client_secret|password|key|service_account_info|service_account|tenant_id|certificate|jwt|credentials|app_id|appid|refresh_token)$/i

const forbidden = [
  ...['not', 'anyOf', 'allOf', 'if', 'then', 'else', '$ref', 'patternProperties', 'prefixItems'],
  ...['dependentSchemas', 'dependentRequired', 'dependencies'],
]

const scalar = ['string', 'integer', 'number']
const datePattern = '^[0-9]{2}-[0-9]{2}-[0-9]{4}$'
const isDateTimePattern = (pattern: Json | undefined) =>
  typeof pattern === 'string' &&
  pattern.startsWith('^[0-9]{4}-[0-9]{2}-[0-9]{2}') &&
  pattern.includes('[0-9]{2}:[0-9]{2}:[0-9]{2}')

/** The rules, one by one. Airbyte's TestSpec has most of them; the others are what its form is built from. */
export const rules: readonly Rule[] = [
  rule('every field has a title and a description', ({ path, schema }) => {
    const isPart = path.length === 0 || path.at(-1) === 'items'
    return !isPart && (schema.title === undefined || (schema.description === undefined && schema.const === undefined))
  }),
  rule('every field has a place in its form', ({ schema }) =>
    Object.values(fields(schema)).some(field => !Number.isInteger(field.order)),
  ),
  rule(
    'no two fields of a group have the same order',
    ({ schema }) => duplicates(Object.values(fields(schema)).map(({ group, order }) => `${group} ${order}`)).length > 0,
  ),
  rule('groups are for the top level only', ({ path, schema }) => path.length > 1 && schema.group !== undefined),
  {
    title: 'every group that a field names is defined, and no other',
    broken: ({ connectionSpecification: { groups, ...schema } }) => {
      const defined = objects(groups).map(({ id }) => String(id))
      const used = new Set(
        Object.values(fields(schema)).flatMap(({ group }) => (group === undefined ? [] : [String(group)])),
      )
      return [...defined.filter(id => !used.has(id)), ...[...used].filter(id => !defined.includes(id))]
    },
  },
  rule(
    'a field with the name of a secret is marked as one',
    ({ path, schema }) =>
      secretNames.test(path.at(-1) ?? '') &&
      scalar.includes(String(schema.type)) &&
      schema.const === undefined &&
      schema.airbyte_secret !== true,
  ),
  rule(
    'only texts and numbers are marked as secrets',
    ({ schema }) => schema.airbyte_secret !== undefined && !scalar.includes(String(schema.type)),
  ),
  rule('every field has one type', ({ schema }) => typeof schema.type !== 'string'),
  rule(
    'an object has fields',
    ({ schema }) => schema.type === 'object' && schema.oneOf === undefined && Object.keys(fields(schema)).length === 0,
  ),
  rule(
    'the items of an array are all of one simple type',
    ({ schema }) =>
      schema.type === 'array' && !(isObject(schema.items) && ['object', ...scalar].includes(String(schema.items.type))),
  ),
  rule(
    'the values of an enum differ',
    ({ schema }) => Array.isArray(schema.enum) && duplicates(schema.enum).length > 0,
  ),
  rule(
    'a choice is an object, and so are its branches',
    ({ schema }) =>
      schema.oneOf !== undefined &&
      [schema, ...objects(schema.oneOf)].some(
        ({ type }, index) =>
          type !== 'object' || (index > 0 && Object.keys(fields(objects(schema.oneOf)[index - 1] ?? {})).length === 0),
      ),
  ),
  rule('exactly one const tells the branches of a choice apart', ({ schema }) => {
    if (schema.oneOf === undefined) return false
    const branches = objects(schema.oneOf)
    const [tag, ...others] = discriminators(branches)
    if (tag === undefined || others.length > 0) return true
    const values = branches.map(branch => fields(branch)[tag]?.const)
    const isRequired = ({ required }: JsonObject) => Array.isArray(required) && required.includes(tag)
    return duplicates(values).length > 0 || !values.every(Boolean) || !branches.every(isRequired)
  }),
  rule(
    'the const of a branch has no default and no enum',
    ({ schema }) => schema.const !== undefined && (schema.default !== undefined || schema.enum !== undefined),
  ),
  rule(
    'a way to display belongs to a choice',
    ({ schema }) =>
      schema.display_type !== undefined &&
      (schema.oneOf === undefined || !['dropdown', 'radio'].includes(String(schema.display_type))),
  ),
  rule('keywords that the form cannot show are not used', ({ schema }) => forbidden.some(keyword => keyword in schema)),
  rule(
    'members that are not known are tolerated',
    ({ schema }) => schema.additionalProperties !== undefined && schema.additionalProperties !== true,
  ),
  rule(
    'a date has the pattern of its picker, and the pattern its format',
    ({ schema: { format, pattern } }) =>
      (format === 'date') !== (pattern === datePattern) || (format === 'date-time') !== isDateTimePattern(pattern),
  ),
  rule(
    'a pattern is told in words',
    ({ schema }) => schema.pattern !== undefined && schema.pattern_descriptor === undefined,
  ),
  rule(
    'every required field exists',
    ({ schema }) => Array.isArray(schema.required) && schema.required.some(name => !(String(name) in fields(schema))),
  ),
]
