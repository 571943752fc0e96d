import fc from 'fast-check'

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/)

/** Any JSON text: any value, numbers and escapes spelled in any way, any white space between the tokens. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>(tie => ({
  value: fc
    .tuple(
      space,
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('null', 'true', 'false', '0', '-0', '1.10', '1e400', '-2.5E-7', '12345678901234567890123'),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => JSON.stringify(number)),
        text(),
        list('[', tie('value'), ']'),
        list(
          '{',
          fc.tuple(space, text(), space, tie('value')).map(([a, key, b, value]) => `${a}${key}${b}:${value}`),
          '}',
        ),
      ),
      space,
    )
    .map(([before, value, after]) => before + value + after),
})).value

function text(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }).map(string => JSON.stringify(string).slice(1, -1)),
    fc.constantFrom('\\u00e9', '\\uD83D\\uDE00', '\\"', '\\\\', '\\/', '{', '}', '[', ']', ':', ',', ' '),
  )
  return fc.array(piece, { maxLength: 4 }).map(pieces => `"${pieces.join('')}"`)
}

function list(open: string, item: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> {
  return fc
    .tuple(space, fc.array(item, { maxLength: 4 }))
    .map(([empty, items]) => open + (items.join(',') || empty) + close)
}

/** Whether JSON.parse takes this text. */
export function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
