import { ConfigError } from '@openehr-connectors/cdk'
import { identifier } from './identifiers.js'

/** The column types that are written, by the names that PostgreSQL's format_type gives them. */
export type ColumnType =
  | 'text'
  | 'character varying'
  | 'bigint'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'time without time zone'
  | 'time with time zone'
  | 'timestamp without time zone'
  | 'timestamp with time zone'
  | 'jsonb'
  | 'uuid'

/** A column and, where a property of the records fills it, the name of that property. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
}

export interface DeclaredColumn extends Column {
  readonly property: string
}

/** What Airbyte asks every tabular destination to keep beside the declared columns. */
export const airbyteColumns = [
  { name: '_airbyte_raw_id', type: 'uuid' },
  { name: '_airbyte_extracted_at', type: 'timestamp with time zone' },
  { name: '_airbyte_meta', type: 'jsonb' },
  { name: '_airbyte_generation_id', type: 'bigint' },
] as const satisfies readonly Column[]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const stringType = (schema: Record<string, unknown>): ColumnType => {
  switch (schema.airbyte_type) {
    case 'timestamp_with_timezone':
      return 'timestamp with time zone'
    case 'timestamp_without_timezone':
      return 'timestamp without time zone'
    case 'time_with_timezone':
      return 'time with time zone'
    case 'time_without_timezone':
      return 'time without time zone'
  }
  switch (schema.format) {
    case 'date-time':
      return 'timestamp with time zone'
    case 'date':
      return 'date'
    case 'time':
      return 'time without time zone'
    default:
      return 'text'
  }
}

const singleType = (type: unknown, schema: Record<string, unknown>): ColumnType => {
  switch (type) {
    case 'string':
      return stringType(schema)
    case 'integer':
      return 'bigint'
    case 'number':
      return schema.airbyte_type === 'integer' ? 'bigint' : 'numeric'
    case 'boolean':
      return 'boolean'
    default:
      return 'jsonb'
  }
}

/** The one type that holds all of them. jsonb holds everything. */
const common = (types: readonly ColumnType[]): ColumnType => {
  const [first, ...others] = new Set(types)
  if (first === undefined) return 'jsonb'
  if (others.length === 0) return first
  return [first, ...others].every(type => type === 'bigint' || type === 'numeric') ? 'numeric' : 'jsonb'
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema.type === 'null'

/** The column type for a property's JSON schema: nullable types count as their other half, unions become jsonb. */
export const columnType = (schema: unknown): ColumnType => {
  if (!isObject(schema)) return 'jsonb'
  const branches = schema.oneOf ?? schema.anyOf
  if (Array.isArray(branches)) return common(branches.filter(branch => !isNull(branch)).map(columnType))
  const types: unknown[] = Array.isArray(schema.type) ? schema.type.filter(type => type !== 'null') : [schema.type]
  return common(types.map(type => singleType(type, schema)))
}

/**
 * The columns for the declared top-level properties of a stream, in their order.
 * @throws ConfigError when two properties, or a property and a column of Airbyte's, would share a column.
 */
export const declaredColumns = (stream: string, jsonSchema: unknown): DeclaredColumn[] => {
  const properties = isObject(jsonSchema) && isObject(jsonSchema.properties) ? jsonSchema.properties : {}
  const owners = new Map<string, string>(airbyteColumns.map(({ name }) => [name, `Airbyte's own ${name}`]))
  return Object.entries(properties).map(([property, schema]) => {
    const name = identifier(property)
    const owner = owners.get(name)
    if (owner !== undefined) {
      throw new ConfigError(
        `Stream ${stream}: the property ${property} and ${owner} would share the column ${name}. Deselect one of them.`,
      )
    }
    owners.set(name, property)
    return { property, name, type: columnType(schema) }
  })
}
