const kinds = {
  composition: {
    from: 'EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS COMPOSITION c',
    columns: [
      'e/ehr_id/value AS ehr_id',
      'v/uid/value AS version_uid',
      'v/commit_audit/time_committed/value AS committed_at',
      'v/contribution/id/value AS contribution_id',
      'c/archetype_details/template_id/value AS template_id',
      'c/archetype_node_id AS archetype_id',
    ],
    payload: 'c AS composition',
    time: 'v/commit_audit/time_committed',
    id: 'v/uid/value',
  },
  ehr_status: {
    from: 'EHR e CONTAINS VERSION v[LATEST_VERSION] CONTAINS EHR_STATUS s',
    columns: [
      'e/ehr_id/value AS ehr_id',
      'v/uid/value AS version_uid',
      'v/commit_audit/time_committed/value AS committed_at',
      'v/contribution/id/value AS contribution_id',
    ],
    payload: 's AS ehr_status',
    time: 'v/commit_audit/time_committed',
    id: 'v/uid/value',
  },
  ehr: {
    from: 'EHR e',
    columns: ['e/ehr_id/value AS ehr_id', 'e/system_id/value AS system_id', 'e/time_created/value AS time_created'],
    payload: undefined,
    time: 'e/time_created',
    id: 'e/ehr_id/value',
  },
} as const

export type Kind = keyof typeof kinds

export interface Question {
  kind?: Kind
  payload?: boolean
  /** Joined with AND. */
  where?: readonly string[]
  by?: 'time' | 'id'
  limit?: number
}

/** The AQL of a source's page, in the one form that a source of ours uses. */
export function aql({ kind = 'composition', payload = false, where = [], by = 'time', limit = 100 }: Question): string {
  const { from, columns, payload: whole, time, id } = kinds[kind]
  const selected = payload && whole !== undefined ? [...columns, whole] : columns
  const condition = where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''
  const order = by === 'time' ? `${time} ASC, ${id} ASC` : `${id} ASC`
  return `SELECT ${selected.join(', ')} FROM ${from}${condition} ORDER BY ${order} LIMIT ${limit}`
}

/** What lies ahead of a row in the order of time and id. */
export function ahead(kind: Kind, at: string, after: string): string {
  const { time, id } = kinds[kind]
  return `${time} >= '${at}' AND (${time} > '${at}' OR ${id} > '${after}')`
}

/** `uuid` of `uuid::system::1`: the operand that an EHRbase compares as a uuid. */
export const objectId = (versionUid: string): string => versionUid.split('::', 1)[0] ?? ''
