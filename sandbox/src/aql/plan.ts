import { all, type Filter, type FilterField, filterOf } from './condition.js'
import { AqlError, notImplemented } from './error.js'
import { type Parameters, type Path, parse, type Query } from './parse.js'

/** What a column shows of a row. `payload` is the whole object. */
export type ColumnField =
  | 'ehrId'
  | 'systemId'
  | 'uid'
  | 'time'
  | 'timeObject'
  | 'contributionId'
  | 'changeType'
  | 'templateId'
  | 'archetypeId'
  | 'name'
  | 'startTime'
  | 'payload'

export type Kind = 'compositions' | 'ehrs' | 'statuses'

export interface PlannedColumn {
  name: string
  /** As it was written; COUNT has none. */
  path: string | undefined
  field: ColumnField | 'count'
}

/** A query, understood and allowed. */
export interface Plan {
  kind: Kind
  columns: PlannedColumn[]
  filter: Filter
  order: 'id' | 'time' | undefined
  limit: number | undefined
  offset: number
}

/** Where a path may stand, as far as the sandbox goes. */
interface Use {
  select?: ColumnField
  where?: FilterField
  order?: 'id' | 'time'
}

const ehrPaths: Record<string, Use> = {
  'ehr_id/value': { select: 'ehrId', where: 'ehrId' },
  'system_id/value': { select: 'systemId' },
}

const versionPaths: Record<string, Use> = {
  'uid/value': { select: 'uid', where: 'id', order: 'id' },
  // EHRbase: with /value in SELECT only, without it in WHERE and ORDER BY.
  'commit_audit/time_committed/value': { select: 'time' },
  'commit_audit/time_committed': { select: 'timeObject', where: 'time', order: 'time' },
  'commit_audit/system_id': { select: 'systemId' },
  'commit_audit/change_type/value': { select: 'changeType' },
  'contribution/id/value': { select: 'contributionId' },
}

const objectPaths: Record<string, Use> = {
  '': { select: 'payload' },
  'uid/value': { select: 'uid', where: 'id', order: 'id' },
  'name/value': { select: 'name' },
  archetype_node_id: { select: 'archetypeId' },
}

const paths: Record<string, Record<string, Use>> = {
  EHR: ehrPaths,
  VERSION: versionPaths,
  EHR_STATUS: objectPaths,
  COMPOSITION: {
    ...objectPaths,
    'archetype_details/template_id/value': { select: 'templateId', where: 'templateId' },
    'context/start_time/value': { select: 'startTime' },
  },
}

/** An EHR is its own row where nothing is contained in it: then its creation is the time that orders. */
const ehrRowPaths: Record<string, Use> = {
  'ehr_id/value': { select: 'ehrId', where: 'ehrId', order: 'id' },
  'system_id/value': { select: 'systemId' },
  'time_created/value': { select: 'time' },
  time_created: { where: 'time', order: 'time' },
}

const chains: Record<string, Kind> = {
  EHR: 'ehrs',
  'EHR VERSION COMPOSITION': 'compositions',
  'EHR COMPOSITION': 'compositions',
  'EHR VERSION EHR_STATUS': 'statuses',
  'EHR EHR_STATUS': 'statuses',
}

/**
 * Understands a query and checks it as EHRbase does.
 *
 * @throws AqlError for a query that EHRbase refuses, or answers but the sandbox does not know: never a wrong answer
 */
export function planOf(text: string, parameters: Parameters, systemId: string): Plan {
  const query = parse(text, parameters)
  const kind = kindOf(query)
  const owner = owners(query, text)
  const use = usage(owner, kind)
  const columns = query.columns.map(({ path, count, name }, i): PlannedColumn => {
    const label = name ?? `#${i}`
    if (count) {
      if (path) use(path, 'SELECT')
      return { name: label, path: undefined, field: 'count' }
    }
    if (!path) throw notImplemented('selecting *')
    const field = use(path, 'SELECT').select
    if (!field) throw unsupported('SELECT', path)
    return { name: label, path: path.text, field }
  })
  const filter = query.where
    ? filterOf(query.where, path => use(path, 'WHERE').where ?? refuse('WHERE', path), systemId)
    : all
  return { kind, columns, filter, order: orderOf(query, owner, use), limit: query.limit, offset: query.offset ?? 0 }
}

type Clause = 'SELECT' | 'WHERE' | 'ORDER_BY'

const unsupported = (clause: Clause, path: Path): AqlError =>
  notImplemented(`${clause}: path ${path.text} is not supported by the sandbox`)

function refuse(clause: Clause, path: Path): never {
  throw unsupported(clause, path)
}

function kindOf({ from }: Query): Kind {
  for (const { type, predicate } of from) {
    if (type === 'VERSION' && !['LATEST_VERSION', undefined].includes(predicate?.toUpperCase())) {
      throw notImplemented('Only VERSION queries without predicate or on LATEST_VERSION supported')
    }
    if (type !== 'VERSION' && predicate !== undefined) throw notImplemented('the sandbox knows no predicates in FROM')
    if (!paths[type]) throw notImplemented(`FROM: the sandbox does not know ${type}`)
  }
  const kind = chains[from.map(contained => contained.type).join(' ')]
  if (!kind) throw notImplemented('FROM: the sandbox does not know this containment')
  return kind
}

/** The class that a path begins at. */
type Owner = (path: Path) => string
type Usage = (path: Path, clause: Clause) => Use

const owners =
  ({ from }: Query, text: string): Owner =>
  path => {
    const contained = from.find(({ alias }) => alias === path.alias)
    if (contained) return contained.type
    throw new AqlError(`Could not parse AQL query: Cannot parse ${text}: unknown FROM alias '${path.alias}'`)
  }

const usage =
  (owner: Owner, kind: Kind): Usage =>
  (path, clause) => {
    const type = owner(path)
    const use = (kind === 'ehrs' ? ehrRowPaths : paths[type])?.[path.path]
    const allowed = { SELECT: use?.select, WHERE: use?.where, ORDER_BY: use?.order }[clause]
    if (use && allowed) return use
    if (path.path === '') throw notImplemented(`selecting the full ${type} object (${path.alias})`)
    if (type === 'VERSION') throw notImplemented(`${clause}: VERSION path ${path.text} is not supported`)
    if (type === 'EHR') throw notImplemented(`${clause}: identified path '${path.path}' for type EHR not supported`)
    throw unsupported(clause, path)
  }

/** Two orders are kept: by id, and by time and then id. An id settles everything that would come after it. */
function orderOf({ orderBy, columns }: Query, owner: Owner, use: Usage): Plan['order'] {
  const fields = orderBy.map(({ path, descending }) => {
    owner(path)
    const selected = columns.some(({ path: by }) => by?.text === path.text || by?.text.startsWith(`${path.text}/`))
    if (!selected) throw notImplemented(`ORDER BY: Path: ${path.text} is not present in SELECT statement`)
    const field = use(path, 'ORDER_BY').order ?? refuse('ORDER_BY', path)
    if (descending) throw notImplemented('the sandbox knows no ORDER BY … DESC')
    return field
  })
  if (fields.length > 0 && columns.some(({ count }) => count)) {
    throw notImplemented('the sandbox knows no ORDER BY beside COUNT')
  }
  return fields[0]
}
