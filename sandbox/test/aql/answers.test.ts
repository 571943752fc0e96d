import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { execute } from '../../src/aql/execute.js'
import { planOf } from '../../src/aql/plan.js'
import { formatInstant } from '../../src/instant.js'
import { Population } from '../../src/patients/population.js'
import { Store } from '../../src/store/store.js'
import { templates } from '../../src/templates/catalogue.js'
import { compositions, statuses } from '../ask.js'

const population = new Population({ seed: 7, compositions: 120, ehrs: 6 })
const store = new Store({ population, now: () => 0, invisible: () => new Set() })

interface Row {
  ehrId: string
  id: string
  uid: string
  time: number
  contribution: string
  template: string
  text: string
}

const versionUid = (id: string) => `${id}::${population.systemId}::1`

const compositionRows = Array.from({ length: population.size }, (_, i): Row => {
  const id = population.uidAt(i)
  const ehrId = population.ehrIdAt(population.ehrAt(i))
  const template = templates[population.templateAt(i)]?.templateId ?? ''
  const time = population.committedAt(i)
  return {
    ehrId,
    id,
    uid: versionUid(id),
    time,
    contribution: population.contributionAt(i),
    template,
    text: population.text(i),
  }
})

const ehrRows = Array.from({ length: population.ehrs }, (_, ehr): Row => {
  const id = population.ehrIdAt(ehr)
  const contribution = population.ehrContributionAt(ehr)
  return { ehrId: id, id, uid: id, time: population.createdAt(ehr), contribution, template: '', text: 'null' }
})

const statusRows = ehrRows.map((row, ehr): Row => {
  const id = population.ehrStatusUidAt(ehr)
  return { ...row, id, uid: versionUid(id), text: population.ehrStatusText(ehr) }
})

interface Shape {
  rows: Row[]
  from: string
  columns: Record<string, (row: Row) => unknown>
  time: string
  id: string
  /** Whether it has templates. */
  templates: boolean
  orders: string[]
}

const versionColumns = {
  'e/ehr_id/value': (row: Row) => row.ehrId,
  'v/uid/value': (row: Row) => row.uid,
  'v/commit_audit/time_committed/value': (row: Row) => formatInstant(row.time),
  'v/contribution/id/value': (row: Row) => row.contribution,
  'e/system_id/value': () => population.systemId,
}
const parsed = (row: Row) => JSON.parse(row.text)
const versionOrders = [
  '',
  'v/commit_audit/time_committed ASC, v/uid/value ASC',
  'v/commit_audit/time_committed',
  'v/uid/value ASC',
]

const shapes: Record<string, Shape> = {
  compositions: {
    rows: compositionRows,
    from: compositions,
    columns: {
      ...versionColumns,
      'c/archetype_details/template_id/value': row => row.template,
      'c/archetype_node_id': row => parsed(row).archetype_node_id,
      'c/uid/value': row => row.uid,
      'c/name/value': row => parsed(row).name.value,
      'c/context/start_time/value': row => parsed(row).context?.start_time.value ?? null,
      c: parsed,
    },
    time: 'v/commit_audit/time_committed',
    id: 'v/uid/value',
    templates: true,
    orders: versionOrders,
  },
  'EHR statuses': {
    rows: statusRows,
    from: statuses,
    columns: { ...versionColumns, s: parsed, 's/uid/value': row => row.uid },
    time: 'v/commit_audit/time_committed',
    id: 'v/uid/value',
    templates: false,
    orders: versionOrders,
  },
  EHRs: {
    rows: ehrRows,
    from: 'FROM EHR e',
    columns: {
      'e/ehr_id/value': row => row.ehrId,
      'e/system_id/value': () => population.systemId,
      'e/time_created/value': row => formatInstant(row.time),
    },
    time: 'e/time_created',
    id: 'e/ehr_id/value',
    templates: false,
    orders: ['', 'e/time_created ASC, e/ehr_id/value ASC', 'e/ehr_id/value'],
  },
}

/** A condition as AQL and as what it means. */
interface Meaning {
  aql: string
  holds: (row: Row) => boolean
}

const relations: Record<string, (a: string | number, b: string | number) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function comparison<K extends string | number>(
  path: string,
  key: (row: Row) => K,
  keys: K[],
  literal: (key: K) => string,
  operators = Object.keys(relations),
): fc.Arbitrary<Meaning> {
  const one = fc.record({ operator: fc.constantFrom(...operators), operand: fc.constantFrom(...keys) }).map(
    ({ operator, operand }): Meaning => ({
      aql: `${path} ${operator} '${literal(operand)}'`,
      holds: row => relations[operator]?.(key(row), operand) === true,
    }),
  )
  const several = fc.array(fc.constantFrom(...keys), { minLength: 1, maxLength: 4 }).map(
    (operands): Meaning => ({
      aql: `${path} MATCHES {${operands.map(operand => `'${literal(operand)}'`).join(', ')}}`,
      holds: row => operands.includes(key(row)),
    }),
  )
  return fc.oneof(one, several)
}

function conditions({ rows, time, id, templates: hasTemplates }: Shape): fc.Arbitrary<Meaning> {
  const other = '80000000-0000-4000-8000-000000000000'
  const leaf = fc.oneof(
    comparison(
      id,
      row => row.id,
      [...rows.map(row => row.id), other],
      key => key,
    ),
    comparison(
      time,
      row => row.time,
      rows.flatMap(row => [row.time, row.time + 1]),
      formatInstant,
    ),
    comparison(
      'e/ehr_id/value',
      row => row.ehrId,
      [...rows.map(row => row.ehrId), other],
      key => key,
      ['=', '!='],
    ),
    ...(hasTemplates
      ? [
          comparison(
            'c/archetype_details/template_id/value',
            row => row.template,
            [...rows.map(row => row.template), 'none'],
            key => key,
            ['=', '!='],
          ),
        ]
      : []),
  )
  return fc.letrec<{ tree: Meaning }>(tie => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => both(a, b)),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => either(a, b)),
      tie('tree').map(({ aql, holds }): Meaning => ({ aql: `NOT (${aql})`, holds: row => !holds(row) })),
    ),
  })).tree
}

const both = (a: Meaning, b: Meaning): Meaning => ({
  aql: `(${a.aql} AND ${b.aql})`,
  holds: row => a.holds(row) && b.holds(row),
})

const either = (a: Meaning, b: Meaning): Meaning => ({
  aql: `(${a.aql} OR ${b.aql})`,
  holds: row => a.holds(row) || b.holds(row),
})

const byTime = (a: Row, b: Row) => a.time - b.time || (a.id < b.id ? -1 : 1)
const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : 1)

const run = (aql: string): unknown[][] => {
  const answer = execute(planOf(aql, {}, store.systemId), store, text => text)
  return [...answer.rows()].map(row => JSON.parse(row))
}

describe('AQL answers', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`for ${name}, are what a look at every row gives, in order, cut by LIMIT and OFFSET`, () => {
      const query = fc.record({
        condition: fc.option(conditions(shape), { nil: undefined }),
        columns: fc.uniqueArray(fc.constantFrom(...Object.keys(shape.columns)), { minLength: 1 }),
        order: fc.constantFrom(...shape.orders),
        limit: fc.option(fc.nat(150), { nil: undefined }),
        offset: fc.nat(20),
      })
      fc.assert(
        fc.property(query, ({ condition, columns, order, limit, offset }) => {
          // EHRbase sorts only by what it selects.
          const sorted = [`${shape.time}/value`, shape.id].filter(path =>
            order.includes(path.replace(/(time\w*)\/value/, '$1')),
          )
          const shown = [...new Set([...columns, ...sorted])]
          const page = limit === undefined ? '' : ` LIMIT ${limit} OFFSET ${offset}`
          const where = condition ? ` WHERE ${condition.aql}` : ''
          const aql = `SELECT ${shown.join(', ')} ${shape.from}${where}${order && ` ORDER BY ${order}`}${page}`
          const matching = shape.rows.filter(row => condition?.holds(row) ?? true)
          const inOrder = matching.sort(order.startsWith(shape.time) ? byTime : byId)
          const expected = (limit === undefined ? inOrder : inOrder.slice(offset, offset + limit)).map(row =>
            shown.map(column => shape.columns[column]?.(row)),
          )
          const found = run(aql)
          if (order) assert.deepEqual(found, expected, aql)
          else assert.equal(found.length, expected.length, aql)
          if (!order && limit === undefined) assert.deepEqual(sortedRows(found), sortedRows(expected), aql)
        }),
        { numRuns: 300 },
      )
    })
  }

  it('of COUNT count the rows that match, by the columns beside it', () => {
    fc.assert(
      fc.property(conditions(shapes.compositions as Shape), ({ aql, holds }) => {
        const matching = compositionRows.filter(holds)
        assert.deepEqual(run(`SELECT COUNT(v/uid/value) ${compositions} WHERE ${aql}`), [[matching.length]])
        const byTemplate = new Map<string, number>()
        for (const { template } of matching) byTemplate.set(template, (byTemplate.get(template) ?? 0) + 1)
        const counted = run(`SELECT c/archetype_details/template_id/value, COUNT(*) AS n ${compositions} WHERE ${aql}`)
        assert.deepEqual(new Map(counted as [string, number][]), byTemplate)
      }),
      { numRuns: 100 },
    )
  })

  it('bind AND closer than OR', () => {
    const [a, b, c] = compositionRows as [Row, Row, Row]
    const uid = (row: Row) => `v/uid/value = '${row.id}'`
    const found = run(`SELECT v/uid/value ${compositions} WHERE ${uid(a)} OR ${uid(b)} AND ${uid(c)}`)
    assert.deepEqual(found, [[a.uid]])
  })

  it('compare a version uid as object id and version', () => {
    const [row] = compositionRows as [Row]
    const with_ = (version: number) => `${row.id}::${population.systemId}::${version}`
    const count = (condition: string) =>
      run(`SELECT COUNT(*) ${compositions} WHERE v/uid/value = '${row.id}' AND ${condition}`)
    assert.deepEqual(count(`v/uid/value = '${with_(1)}'`), [[1]])
    assert.deepEqual(count(`v/uid/value = '${with_(2)}'`), [[0]])
    assert.deepEqual(count(`v/uid/value < '${with_(2)}'`), [[1]])
    assert.deepEqual(count(`v/uid/value >= '${with_(2)}'`), [[0]])
  })
})

const sortedRows = (rows: unknown[][]) => rows.map(row => JSON.stringify(row)).sort()
