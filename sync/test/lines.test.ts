import assert from 'node:assert/strict'
import fc from 'fast-check'
import { lineBlocks, MAX_LINE_BYTES } from '../src/lines.js'

const chunked = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end))
}

describe('Blocks of lines', () => {
  it('are whole lines and lose no byte, however the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n') }), fc.array(fc.nat()), (text, cuts) => {
        const bytes = Buffer.from(text)
        const blocks = lineBlocks()
        const out = chunked(bytes, cuts).flatMap(chunk => blocks.push(chunk))
        for (const block of out) assert.equal(block.at(-1), 0x0a)
        const rest = blocks.rest()
        assert.equal(rest.includes(0x0a), false)
        assert.deepEqual(Buffer.concat([...out, rest]), bytes)
      }),
    )
  })

  it('are views of their chunk, apart from the line that straddles two', () => {
    const blocks = lineBlocks()
    const first = Buffer.from('one\ntwo\nth')
    const second = Buffer.from('ree\nfour\n')
    assert.equal(blocks.push(first)[0]?.buffer, first.buffer)
    const [straddling, rest] = blocks.push(second)
    assert.equal(straddling?.toString(), 'three\n')
    assert.deepEqual([rest?.toString(), rest?.buffer === second.buffer], ['four\n', true])
  })

  it('refuse a line that never ends', () => {
    const blocks = lineBlocks()
    const chunk = Buffer.alloc(MAX_LINE_BYTES / 2, 'x')
    blocks.push(chunk)
    blocks.push(chunk)
    assert.throws(() => blocks.push(Buffer.from('x')), RangeError)
  })
})
