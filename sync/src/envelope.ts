/** The stream that a RECORD line belongs to, as far as the head of its envelope tells. */
export interface RecordHead {
  readonly stream: string
  /** Absent when the envelope names none before the data; it may still name one behind. */
  readonly namespace?: string
  /** Bytes from the line's start up to the end of both names: lines that are equal up to there share their stream. */
  readonly length: number
}

const [QUOTE, BACKSLASH, COLON, COMMA, OPEN, CLOSE] = [0x22, 0x5c, 0x3a, 0x2c, 0x7b, 0x7d]

/**
 * Reads `{"type":"RECORD","record":{"stream":…` with any blanks, other scalar keys and any order of keys, up to `data`.
 * Exact: undefined whenever the head alone does not settle that this is a record and of which stream, and the line
 * must be parsed. A record is kilobytes, its head some 80 bytes.
 * @param bytes the line is `bytes[start, end)`, without its newline
 */
export const recordHead = (bytes: Buffer, start: number, end: number): RecordHead | undefined => {
  let at = start
  const blanks = () => {
    while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  }
  const take = (byte: number): boolean => {
    blanks()
    if (bytes[at] !== byte || at >= end) return false
    at++
    return true
  }
  const text = (): string | undefined => {
    if (!take(QUOTE)) return undefined
    const from = at
    while (at < end && bytes[at] !== QUOTE) if (bytes[at++] === BACKSLASH) return undefined
    if (at >= end) return undefined
    return bytes.toString('utf8', from, at++)
  }
  const number = (): boolean => {
    blanks()
    const from = at
    for (let byte = bytes[at]; at < end && byte !== undefined && byte >= 0x2b && byte <= 0x39 && byte !== COMMA; )
      byte = bytes[++at]
    return at > from
  }

  let isRecord = false
  if (!take(OPEN)) return undefined
  for (;;) {
    const key = text()
    if (key === undefined || !take(COLON)) return undefined
    if (key === 'record') break
    const value = text()
    if (value === undefined || !take(COMMA)) return undefined
    if (key === 'type') isRecord = value === 'RECORD'
  }
  // With `type` behind the record only parsing can tell. The last byte betrays most lines that were cut.
  if (!isRecord || !take(OPEN) || bytes[end - 1] !== CLOSE) return undefined
  let stream: string | undefined
  let namespace: string | undefined
  let length = 0
  for (;;) {
    const key = text()
    if (key === undefined || !take(COLON)) return undefined
    if (key === 'data') return stream === undefined ? undefined : head(stream, namespace, length)
    if (key === 'emitted_at') {
      if (!number()) return undefined
    } else {
      const value = text()
      if (value === undefined) return undefined
      if (key === 'stream') stream = value
      if (key === 'namespace') namespace = value
      if (key === 'stream' || key === 'namespace') length = at - start
    }
    if (!take(COMMA)) return undefined
  }
}

const head = (stream: string, namespace: string | undefined, length: number): RecordHead =>
  namespace === undefined ? { stream, length } : { stream, namespace, length }
