import { ConfigError } from '@openehr-connectors/cdk'
import type { ConfiguredAirbyteStream } from '@openehr-connectors/spec'
import { type DeclaredColumn, declaredColumns } from './columns.js'
import { identifier, type TableName } from './identifiers.js'

/** What a sync does with one stream. */
export interface StreamPlan {
  readonly stream: string
  readonly target: TableName
  /** Where the rows of a replacement are gathered. */
  readonly stage: TableName
  readonly columns: readonly DeclaredColumn[]
  /** Columns of the primary key; empty when every record becomes a row. */
  readonly key: readonly string[]
  readonly cursor: DeclaredColumn | undefined
  /** Columns by which a record that came twice is known, where every record becomes a row; empty when there are none. */
  readonly identity: readonly string[]
  /** Absent: rows are added to those that are there. */
  readonly replacement: Replacement | undefined
  readonly generation: number
  readonly syncId: number | undefined
}

export interface Replacement {
  /** What a later attempt at the same replacement has in common with this one. Unknown: none can go on from here. */
  readonly attempt: string | undefined
  /** The target may already hold what this generation has loaded; then there is nothing to replace. */
  readonly unlessAtGeneration: number | undefined
}

const replacementOf = (configured: ConfiguredAirbyteStream, jobId: string | undefined): Replacement | undefined => {
  const { name } = configured.stream
  const { destination_sync_mode: mode, generation_id: generation, minimum_generation_id: minimum } = configured
  if (mode === 'overwrite') {
    // The generation tells nothing here: a platform that counts them says append, and PyAirbyte, which says
    // overwrite, calls every one of its syncs generation 1.
    return { attempt: jobId === undefined ? undefined : `job ${jobId}`, unlessAtGeneration: undefined }
  }
  if (generation === undefined || minimum === undefined || minimum === 0) return undefined
  if (minimum !== generation) {
    throw new ConfigError(
      `Stream ${name}: the minimum generation ${minimum} is neither 0 nor the generation ${generation}. Refresh the stream.`,
    )
  }
  return { attempt: `generation ${generation}`, unlessAtGeneration: generation }
}

/** A configured path that has to be a declared top-level property. */
const columnAt = (path: readonly string[], what: string, columns: readonly DeclaredColumn[], stream: string) => {
  const [property, ...deeper] = path
  const column = columns.find(candidate => candidate.property === property)
  if (column === undefined || deeper.length > 0) {
    throw new ConfigError(
      `Stream ${stream}: the ${what} ${path.join('.')} is no declared top-level property. Choose one that is.`,
    )
  }
  return column
}

/** The source's own key and cursor: rows that agree in both are one version of one thing. None where they are not columns. */
const identityOf = ({ stream }: ConfiguredAirbyteStream, columns: readonly DeclaredColumn[]): string[] => {
  const key = stream.source_defined_primary_key ?? []
  const cursor = stream.default_cursor_field ?? []
  const paths = key.length === 0 ? [] : [...key, ...(cursor.length > 0 ? [cursor] : [])]
  const names = paths.map(([property, ...deeper]) =>
    deeper.length > 0 ? undefined : columns.find(column => column.property === property)?.name,
  )
  return names.every(name => name !== undefined) ? names : []
}

const ofSource = <T>(configured: T[] | undefined, source: T[] | undefined): T[] =>
  configured !== undefined && configured.length > 0 ? configured : (source ?? [])

/**
 * Reads the configured stream in either dialect of the platform: with generation ids, or without.
 * @param jobId the platform's number of this sync, the same for each of its attempts
 * @throws ConfigError for a mode, key, cursor or property that cannot be served.
 */
export const planOf = (
  configured: ConfiguredAirbyteStream,
  defaultSchema: string,
  jobId: string | undefined,
): StreamPlan => {
  const { stream, destination_sync_mode: mode } = configured
  if (mode !== 'append' && mode !== 'overwrite' && mode !== 'append_dedup') {
    throw new ConfigError(`Stream ${stream.name}: the sync mode ${mode} is not supported.`)
  }
  const columns = declaredColumns(stream.name, stream.json_schema)
  const dedup = mode === 'append_dedup'
  const keyPaths = dedup ? ofSource(configured.primary_key, stream.source_defined_primary_key) : []
  if (dedup && keyPaths.length === 0) {
    throw new ConfigError(`Stream ${stream.name}: append_dedup needs a primary key. Choose one, or another sync mode.`)
  }
  const cursorPath = dedup ? ofSource(configured.cursor_field, stream.default_cursor_field) : []
  const schema = identifier(stream.namespace ?? defaultSchema)
  return {
    stream: stream.name,
    target: { schema, table: identifier(stream.name) },
    stage: { schema, table: identifier(stream.name, '__stage') },
    columns,
    key: keyPaths.map(path => columnAt(path, 'primary key', columns, stream.name).name),
    cursor: cursorPath.length === 0 ? undefined : columnAt(cursorPath, 'cursor', columns, stream.name),
    identity: dedup ? [] : identityOf(configured, columns),
    replacement: replacementOf(configured, jobId),
    generation: configured.generation_id ?? 0,
    syncId: configured.sync_id,
  }
}
