import { AqlError, notImplemented } from './error.js'
import { parseError, type Token, tokens, unquote } from './tokens.js'

/** `e/ehr_id/value`: the alias `e`, the path `ehr_id/value`. */
export interface Path {
  alias: string
  path: string
  text: string
}

export type Literal = string | number
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'MATCHES' | 'LIKE'
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { path: Path; operator: Operator; operands: Literal[] }

export interface Column {
  path: Path | undefined
  /** COUNT(path), or COUNT(*) where there is no path. */
  count: boolean
  name: string | undefined
}

export interface Contained {
  type: string
  alias: string | undefined
  predicate: string | undefined
}

export interface Query {
  columns: Column[]
  /** From the outermost, EHR, to the innermost. */
  from: Contained[]
  where: Condition | undefined
  orderBy: { path: Path; descending: boolean }[]
  limit: number | undefined
  offset: number | undefined
}

/** Values for `$name`; a list is allowed inside MATCHES { }. */
export type Parameters = Readonly<Record<string, unknown>>

const operators: readonly string[] = ['=', '!=', '<', '<=', '>', '>=']

/** Reads the part of AQL that the sandbox knows. @throws AqlError for everything else */
export function parse(query: string, parameters: Parameters = {}): Query {
  const all = tokens(query)
  let position = 0
  const peek = (): Token => all[position] ?? { kind: 'end', text: '<EOF>', at: query.length }
  const take = (): Token => {
    const token = peek()
    position++
    return token
  }
  const fail = (expected: string): AqlError =>
    parseError(query, peek().at, `mismatched input '${peek().text}' expecting ${expected}`)
  const is = (text: string): boolean => {
    const { kind, text: found } = peek()
    return (kind === 'word' || kind === 'symbol') && found.toUpperCase() === text
  }
  const skip = (text: string): boolean => is(text) && take() !== undefined
  const need = (text: string): void => {
    if (!skip(text)) throw parseError(query, peek().at, `missing ${text} at '${peek().text}'`)
  }
  const word = (): string => {
    if (peek().kind !== 'word') throw fail('IDENTIFIER')
    return take().text
  }
  const list = <T>(item: () => T): T[] => {
    const items = [item()]
    while (skip(',')) items.push(item())
    return items
  }

  function path(): Path {
    const alias = word()
    const segments: string[] = []
    while (skip('/')) segments.push(word() + (peek().kind === 'predicate' ? take().text : ''))
    return { alias, path: segments.join('/'), text: [alias, ...segments].join('/') }
  }

  function column(): Column {
    const next = all[position + 1]
    if (peek().kind === 'word' && next?.text === '(') {
      if (!is('COUNT')) throw notImplemented(`the sandbox knows no function ${peek().text}`)
      position += 2
      const counted = skip('*') ? undefined : path()
      need(')')
      return { path: counted, count: true, name: skip('AS') ? word() : undefined }
    }
    return { path: path(), count: false, name: skip('AS') ? word() : undefined }
  }

  function contained(): Contained {
    const type = word().toUpperCase()
    const alias = peek().kind === 'word' && !clauses.includes(peek().text.toUpperCase()) ? take().text : undefined
    const predicate = peek().kind === 'predicate' ? take().text.slice(1, -1).trim() : undefined
    return { type, alias, predicate }
  }

  function literals(): Literal[] {
    const token = peek()
    if (token.kind === 'parameter') {
      const value = parameters[token.text.slice(1)]
      const values = Array.isArray(value) ? value : [value]
      if (!values.every(v => typeof v === 'string' || typeof v === 'number')) {
        throw notImplemented('Only primitive operands are supported')
      }
      position++
      return values
    }
    if (token.kind === 'string') return [unquote(take().text)]
    if (token.kind === 'number') return [Number(take().text)]
    throw fail('a primitive')
  }

  function comparison(): Condition {
    if (skip('NOT')) return { not: comparison() }
    if (is('EXISTS')) throw notImplemented('WHERE: EXISTS operator is not supported')
    if (skip('(')) {
      const inner = any()
      need(')')
      return inner
    }
    const left = path()
    if (skip('MATCHES')) {
      need('{')
      const operands = list(literals).flat()
      need('}')
      return { path: left, operator: 'MATCHES', operands }
    }
    if (skip('LIKE')) return { path: left, operator: 'LIKE', operands: literals() }
    const operator = operators.find(is)
    if (!operator) throw fail("{'=', '!=', '<', '<=', '>', '>=', LIKE, MATCHES}")
    position++
    const operands = literals()
    if (operands.length !== 1) throw notImplemented('Only primitive operands are supported')
    return { path: left, operator: operator as Operator, operands }
  }

  function every(): Condition {
    const all = [comparison()]
    while (skip('AND')) all.push(comparison())
    return all.length === 1 && all[0] ? all[0] : { all }
  }

  function any(): Condition {
    const any = [every()]
    while (skip('OR')) any.push(every())
    return any.length === 1 && any[0] ? any[0] : { any }
  }

  function orders() {
    need('BY')
    return list(order)
  }

  function order() {
    const by = path()
    const descending = skip('DESC') || skip('DESCENDING')
    if (!descending) skip('ASC') || skip('ASCENDING')
    return { path: by, descending }
  }

  function integer(): number {
    if (peek().kind !== 'number' || peek().text.includes('.')) {
      throw parseError(query, peek().at, `missing INTEGER at '${peek().text}'`)
    }
    return Number(take().text)
  }

  need('SELECT')
  if (is('TOP')) {
    const why = "Deprecated keyword 'TOP' not implemented. Use 'LIMIT'."
    throw new AqlError(`Could not parse AQL query: Cannot parse ${query}: ${why}`)
  }
  if (is('DISTINCT')) throw notImplemented('the sandbox knows no DISTINCT')
  const columns = list(column)
  need('FROM')
  const from = [contained()]
  while (skip('CONTAINS')) from.push(contained())
  const where = skip('WHERE') ? any() : undefined
  const orderBy = skip('ORDER') ? orders() : []
  const limit = skip('LIMIT') ? integer() : undefined
  const offset = limit !== undefined && skip('OFFSET') ? integer() : undefined
  if (peek().kind !== 'end') {
    throw parseError(query, peek().at, `extraneous input '${peek().text}' expecting {<EOF>, '--'}`)
  }
  return { columns, from, where, orderBy, limit, offset }
}

const clauses = ['CONTAINS', 'WHERE', 'ORDER', 'LIMIT', 'AND', 'OR', 'NOT']
