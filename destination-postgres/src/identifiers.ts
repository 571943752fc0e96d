import { createHash } from 'node:crypto'

/** PostgreSQL cuts longer identifiers without a word (NAMEDATALEN − 1). It counts bytes, not characters. */
const LONGEST = 63

/** As much of `text` as fits into `bytes` bytes of UTF-8, never half a character. */
const cut = (text: string, bytes: number): string => {
  let kept = ''
  let left = bytes
  for (const character of text) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    kept += character
  }
  return kept
}

/**
 * The identifier for a name of the source, the same on every run. A name that PostgreSQL cannot hold (too long, empty,
 * with NUL or half a surrogate pair) is cut or mended, and gets eight hexadecimal digits of its SHA-256.
 */
export const identifier = (name: string, suffix = ''): string => {
  const sound = Buffer.from(name.replaceAll('\0', '_')).toString()
  if (sound === name && name !== '' && Buffer.byteLength(name) + Buffer.byteLength(suffix) <= LONGEST) {
    return name + suffix
  }
  const tail = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}${suffix}`
  return cut(sound, LONGEST - Buffer.byteLength(tail)) + tail
}

/** An identifier as SQL writes it, whatever its characters, case or meaning as a keyword. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text constant as SQL writes it, for statements that take no parameters. */
export const literal = (text: string): string =>
  text.includes('\\') ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`

/** A table and the schema it lies in. */
export interface TableName {
  readonly schema: string
  readonly table: string
}

export const qualified = ({ schema, table }: TableName): string => `${quoted(schema)}.${quoted(table)}`

/** A table as messages name it. */
export const shown = ({ schema, table }: TableName): string => `${schema}.${table}`
