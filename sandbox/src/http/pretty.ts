/**
 * Lays compact JSON out as EHRbase 2.16 does (Jackson's way): two spaces, `" : "`, arrays on one line with their
 * brackets. Works on the text, so that numbers keep their digits.
 */
export function pretty(compact: string): string {
  let out = ''
  let depth = 0
  const kinds: ('{' | '[')[] = []
  const newLine = () => `\n${'  '.repeat(depth)}`
  for (const [token] of compact.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^{}[\],:"\s]+/g)) {
    if (token === '{' || token === '[') {
      kinds.push(token)
      if (token === '{') depth++
      out += token
      // What comes first in it begins the layout; an empty one has a space.
      out += token === '{' ? '\u0000' : ' '
    } else if (token === '}') {
      depth--
      kinds.pop()
      out = out.endsWith('\u0000') ? `${out.slice(0, -1)} }` : `${out}${newLine()}}`
    } else if (token === ']') {
      kinds.pop()
      out += out.endsWith('[ ') ? ']' : ' ]'
    } else if (token === ',') {
      out += kinds.at(-1) === '{' ? `,${newLine()}` : ', '
    } else if (token === ':') {
      out += ' : '
    } else {
      out = out.endsWith('\u0000') ? `${out.slice(0, -1)}${newLine()}${token}` : out + token
    }
  }
  return out
}
