import { formatInstant } from '../instant.js'
import { type Hit, scan } from '../store/rows.js'
import type { Store } from '../store/store.js'
import type { ColumnField, Plan } from './plan.js'
import { isEverything } from './ranges.js'

/** The rows that a plan found, not yet written out. */
export interface Answer {
  /** How many there are. */
  readonly size: number
  /** The objects that the rows show in whole. */
  readonly payloads: readonly Hit[]
  /** Each row as a JSON array. */
  rows(): Iterable<string>
}

/**
 * Finds the rows of a plan. A page of a keyset scan costs what the page holds, however many compositions there are;
 * conditions that the order cannot narrow down (a template, an EHR) cost the rows that are passed over.
 *
 * @param payloadText how an object's canonical JSON is laid out
 */
export function execute(plan: Plan, store: Store, payloadText: (compact: string) => string): Answer {
  if (plan.columns.some(column => column.field === 'count')) return counted(plan, store)
  const hits: Hit[] = []
  const { limit = Number.POSITIVE_INFINITY } = plan
  let passed = 0
  if (limit > 0) {
    for (const hit of matching(plan, store)) {
      if (passed++ < plan.offset) continue
      hits.push(hit)
      if (hits.length >= limit) break
    }
  }
  const cells = plan.columns.map(({ field }) => cellOf(field, store, payloadText))
  return {
    size: hits.length,
    payloads: plan.columns.some(column => column.field === 'payload') ? hits : [],
    *rows() {
      for (const hit of hits) yield `[${cells.map(cell => cell(hit)).join(',')}]`
    },
  }
}

function* matching({ kind, filter, order }: Plan, store: Store): Generator<Hit, void> {
  // Without ORDER BY any order will do: the one in which the condition narrows the scan down.
  const chosen = order ?? (filter.ranges('id').every(isEverything) ? 'time' : 'id')
  const { sources, hidden } = store[kind]
  for (const hit of scan(sources, chosen, filter.ranges(chosen), hidden)) if (filter.test(hit)) yield hit
}

/** COUNT, by the columns beside it. */
function counted(plan: Plan, store: Store): Answer {
  const cells = plan.columns.map(({ field }) => (field === 'count' ? undefined : cellOf(field, store, text => text)))
  const groups = new Map<string, { cells: (string | undefined)[]; count: number }>()
  // Where nothing is counted by, none is an answer too: 0.
  const alone = cells.every(cell => cell === undefined)
  if (alone) groups.set(cells.join(','), { cells: cells.map(() => undefined), count: 0 })
  for (const hit of matching(plan, store)) {
    const values = cells.map(cell => cell?.(hit))
    const key = values.join(',')
    const group = groups.get(key) ?? { cells: values, count: 0 }
    group.count++
    groups.set(key, group)
  }
  const rows = [...groups.values()]
    .slice(plan.offset, plan.offset + (plan.limit ?? groups.size))
    .map(({ cells: values, count }) => `[${values.map(value => value ?? count).join(',')}]`)
  return { size: rows.length, payloads: [], rows: () => rows }
}

function cellOf(field: ColumnField | 'count', store: Store, payloadText: (compact: string) => string) {
  const plain: Record<ColumnField | 'count', (hit: Hit) => string> = {
    ehrId: ({ rows, row }) => `"${rows.ehrId(row)}"`,
    systemId: () => JSON.stringify(store.systemId),
    uid: ({ rows, row }) => `"${rows.id(row)}::${store.systemId}::${rows.version(row)}"`,
    time: ({ rows, row }) => `"${formatInstant(rows.time(row))}"`,
    timeObject: ({ rows, row }) => `{"_type":"DV_DATE_TIME","value":"${formatInstant(rows.time(row))}"}`,
    contributionId: ({ rows, row }) => `"${rows.contributionId(row)}"`,
    changeType: ({ rows, row }) => (rows.version(row) === 1 ? '"creation"' : '"modification"'),
    templateId: ({ rows, row }) => JSON.stringify(rows.templateId(row)),
    archetypeId: ({ rows, row }) => JSON.stringify(rows.archetypeId(row)),
    name: hit => inside(hit, object => object.name?.value),
    startTime: hit => inside(hit, object => object.context?.start_time?.value),
    payload: ({ rows, row }) => payloadText(rows.text(row)),
    count: () => '',
  }
  return plain[field]
}

interface Named {
  name?: { value?: string }
  context?: { start_time?: { value?: string } }
}

const inside = ({ rows, row }: Hit, value: (object: Named) => string | undefined): string =>
  JSON.stringify(value(JSON.parse(rows.text(row)) as Named) ?? null)
