import { parseInstant } from '../instant.js'
import type { Hit, Order } from '../store/rows.js'
import { AqlError, internalError, notImplemented } from './error.js'
import type { Condition, Literal, Operator, Path } from './parse.js'
import { everything, intersect, type Range, union } from './ranges.js'

/** A WHERE clause: exact on single rows, and generous about the stretches of an order in which rows can match. */
export interface Filter {
  test(hit: Hit): boolean
  /** A superset of the keys that can match; the rows in them are still to be tested. */
  ranges(order: Order): readonly Range<string | number>[]
}

export type FilterField = 'ehrId' | 'id' | 'time' | 'templateId'

export const all: Filter = { test: () => true, ranges: () => everything }

/**
 * @param fieldOf says which field a path means, or throws
 * @throws AqlError for what EHRbase refuses, in its words
 */
export function filterOf(condition: Condition, fieldOf: (path: Path) => FilterField, systemId: string): Filter {
  const build = (part: Condition): Filter => {
    if ('all' in part) return and(part.all.map(build))
    if ('any' in part) return or(part.any.map(build))
    if ('not' in part) return not(build(part.not))
    return comparisons[fieldOf(part.path)](part.operator, part.operands, part.path, systemId)
  }
  return build(condition)
}

const and = (parts: readonly Filter[]): Filter => ({
  test: hit => parts.every(part => part.test(hit)),
  ranges: order => parts.map(part => part.ranges(order)).reduce((a, b) => intersect(a, b)),
})

const or = (parts: readonly Filter[]): Filter => ({
  test: hit => parts.some(part => part.test(hit)),
  ranges: order => union(parts.flatMap(part => part.ranges(order))),
})

const not = (part: Filter): Filter => ({ test: hit => !part.test(hit), ranges: () => everything })

type Comparison = (operator: Operator, operands: readonly Literal[], path: Path, systemId: string) => Filter

const comparisons: Record<FilterField, Comparison> = {
  id: compareIds,
  time: (operator, operands) => {
    const instants = operands.map(operand => {
      const instant = typeof operand === 'string' ? parseInstant(operand) : undefined
      if (instant === undefined) throw internalError()
      return instant
    })
    const holds = relation<number>(operator, instants)
    return { test: ({ rows, row }) => holds(rows.time(row)), ranges: keyRanges('time', operator, instants) }
  },
  ehrId: (operator, operands, path) => {
    const ids = operands.map(String).map(id => id.toLowerCase())
    // EHRbase compares uuids here, and cannot order what is none.
    if (!['=', '!=', 'MATCHES'].includes(operator) && !ids.every(id => uuid.test(id))) throw internalError()
    if (operator === 'LIKE') throw notImplemented(`the sandbox knows no LIKE on ${path.text}`)
    const holds = relation<string>(operator, ids)
    return { test: ({ rows, row }) => holds(rows.ehrId(row)), ranges: () => everything }
  },
  templateId: (operator, operands, path) => {
    if (!['=', '!=', 'MATCHES'].includes(operator)) {
      throw notImplemented(`Conditions on '${path.path}' only support =,!= and MATCHES`)
    }
    const holds = relation<string>(operator, operands.map(String))
    return { test: ({ rows, row }) => holds(rows.templateId(row)), ranges: () => everything }
  },
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const versionUid = /^([0-9a-f-]{36})::([^:]+)::([1-9]\d*)$/i

/** A bare uuid means the object in whatever version; with a version it is compared as the pair of both. */
function compareIds(operator: Operator, operands: readonly Literal[], path: Path, systemId: string): Filter {
  if (operator === 'LIKE') throw notImplemented(`LIKE on /${path.path} is not supported`)
  const keys = operands.map(operand => {
    if (typeof operand !== 'string') throw new AqlError(`/${path.path} comparisons require a string operand`)
    const [, id = operand, system, version] = versionUid.exec(operand) ?? []
    if (!uuid.test(id.toLowerCase())) throw new AqlError(`${operand} is not a valid OBJECT_VERSION_ID/UID`)
    if (system !== undefined && system !== systemId) {
      throw new AqlError(`CREATING_SYSTEM_ID of ${operand} does not match this server (${systemId})`)
    }
    return { id: id.toLowerCase(), version: version === undefined ? undefined : Number(version) }
  })
  const ids = keys.map(key => key.id)
  const ranges = keyRanges('id', operator, ids)
  if (keys.every(key => key.version === undefined)) {
    const holds = relation<string>(operator, ids)
    return { test: ({ rows, row }) => holds(rows.id(row)), ranges }
  }
  const tests = keys.map(({ id, version }): Filter['test'] => {
    const holds = relation<number>(operator === 'MATCHES' ? '=' : operator, [0])
    return ({ rows, row }) => {
      const own = rows.id(row)
      if (own !== id) return holds(own < id ? -1 : 1)
      return holds(version === undefined ? 0 : Math.sign(rows.version(row) - version))
    }
  })
  return { test: hit => tests.some(test => test(hit)), ranges }
}

function relation<K extends string | number>(operator: Operator, operands: readonly K[]): (value: K) => boolean {
  const [operand] = operands
  const known = new Set(operands)
  if (operator === '=' || operator === 'MATCHES') return value => known.has(value)
  if (operator === '!=') return value => !known.has(value)
  if (operand === undefined) return () => false
  if (operator === '<') return value => value < operand
  if (operator === '<=') return value => value <= operand
  if (operator === '>') return value => value > operand
  return value => value >= operand
}

function keyRanges<K extends string | number>(
  own: Order,
  operator: Operator,
  operands: readonly K[],
): Filter['ranges'] {
  const [operand] = operands
  const ranges: Range<K>[] =
    operator === '=' || operator === 'MATCHES'
      ? union(operands.map(key => ({ low: key, high: key })))
      : [
          {
            low: operator === '>' || operator === '>=' ? operand : undefined,
            high: operator === '<' || operator === '<=' ? operand : undefined,
          },
        ]
  return order => (order === own ? ranges : everything)
}
