import { AqlError } from './error.js'

export interface Token {
  kind: 'word' | 'string' | 'number' | 'symbol' | 'predicate' | 'parameter' | 'end'
  text: string
  /** Offset in the query. */
  at: number
}

const lexicon: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['string', /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['parameter', /\$[A-Za-z_][A-Za-z0-9_]*/y],
  ['predicate', /\[[^\]]*\]/y],
  ['symbol', /<=|>=|!=|[=<>,(){}/*;-]/y],
]

/** Cuts a query into tokens; the last one is its end. @throws AqlError at the first character that begins none */
export function tokens(query: string): Token[] {
  const found: Token[] = []
  for (let at = 0; at < query.length; ) {
    const token = next(query, at)
    if (!token) throw parseError(query, at, `token recognition error at: '${query.slice(at)}'`)
    if (token.kind !== 'space') found.push({ kind: token.kind, text: token.text, at })
    at += token.text.length
  }
  return [...found, { kind: 'end', text: '<EOF>', at: query.length }]
}

function next(query: string, at: number) {
  for (const [kind, pattern] of lexicon) {
    pattern.lastIndex = at
    const match = pattern.exec(query)
    if (match) return { kind, text: match[0] }
  }
  return undefined
}

export function parseError(query: string, at: number, what: string): AqlError {
  const lines = query.slice(0, at).split('\n')
  const place = `line ${lines.length}: char ${lines.at(-1)?.length ?? 0}`
  return new AqlError(`Could not parse AQL query: Parse exception: ${place} ${what}`)
}

/** What a string token means: without its quotes, escapes resolved. */
export const unquote = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, '$1')
