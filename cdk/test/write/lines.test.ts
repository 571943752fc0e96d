import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { LineCutter } from '../../src/write/lines.js'
import { chunked } from './fixtures.js'

function cut(chunks: readonly Buffer[]): [number, string][] {
  const cutter = new LineCutter()
  const lines: [number, string][] = []
  for (const chunk of chunks) for (const line of cutter.cut(chunk)) lines.push([cutter.number, line.toString('latin1')])
  const last = cutter.end()
  if (last?.length) lines.push([cutter.number, last.toString('latin1')])
  return lines
}

describe('cutting lines from bytes', () => {
  it('takes LF and CRLF, counts empty lines and leaves them out, and gives the last line without its end', () => {
    assert.deepEqual(cut([Buffer.from('a\r\n\n\r\nb b\nc')]), [
      [1, 'a'],
      [4, 'b b'],
      [5, 'c'],
    ])
    assert.deepEqual(cut([Buffer.from('a\n')]), [[1, 'a']])
    assert.deepEqual(cut([]), [])
  })

  it('gives the same lines however the input is cut, within characters and line ends too', () => {
    const text = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', '\r', 'é😀')))
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(''))
        const expected = bytes
          .toString('latin1')
          .split('\n')
          .map((line, at): [number, string] => [at + 1, line.replace(/\r$/, '')])
          .filter(([, line]) => line !== '')
        assert.deepEqual(cut(chunked(bytes, sizes)), expected)
        assert.deepEqual(cut([bytes]), expected)
      }),
    )
  })

  it('copies nothing of a line within one chunk', () => {
    const chunk = Buffer.from('one\ntwo\n')
    const lines = [...new LineCutter().cut(chunk)]
    assert.deepEqual(
      lines.map(line => [line.buffer === chunk.buffer, line.byteOffset - chunk.byteOffset]),
      [
        [true, 0],
        [true, 4],
      ],
    )
  })

  it('takes a line of the greatest length, in many chunks, and names the number of a longer one', () => {
    const cutter = new LineCutter(1024 * 1024)
    const chunk = Buffer.alloc(1024, 'x')
    assert.equal([...cutter.cut(Buffer.from('first\n'))].length, 1)
    for (let i = 0; i < 1024; i++) assert.equal([...cutter.cut(chunk)].length, 0)
    assert.equal([...cutter.cut(Buffer.from('\n'))][0]?.length, 1024 * 1024)
    for (let i = 0; i < 1024; i++) assert.equal([...cutter.cut(chunk)].length, 0)
    assert.throws(() => [...cutter.cut(Buffer.from('x'))], { message: 'Line 3 of the input is longer than 1 MB.' })
  })
})
