import assert from 'node:assert/strict'
import { display } from '../src/display.js'
import { formatDuration } from '../src/format.js'

const screen = (isTTY: boolean) => {
  const written: string[] = []
  return { isTTY, columns: 60, rows: 24, written, write: (text: string) => written.push(text) }
}
const streams = [
  { name: 'a', status: 'running', records: 12_000, bytes: 60_000_000, estimate: 20_000 },
  { name: 'b', namespace: 'x', status: 'waiting', records: 0, bytes: 0 },
] as const

describe('The display of a running sync', () => {
  it('is a table on a terminal, drawn over the last one', () => {
    const terminal = screen(true)
    const shown = display(terminal, false, {})
    shown.progress({ seconds: 4, streams })
    shown.progress({ seconds: 5, streams: [{ ...streams[0], records: 15_000 }, streams[1]] })
    assert.deepEqual(terminal.written, [
      'stream            records    size  records/s   status\n' +
        'a       12,000 of ~20,000   60 MB      3,000  running\n' +
        'x.b                     0  0.0 MB          0  waiting\n' +
        '4.0 s: 12,000 records, 60 MB, 3,000 records/s\n',
      '\x1b[4A\x1b[J',
      'stream            records    size  records/s   status\n' +
        'a       15,000 of ~20,000   60 MB      3,000  running\n' +
        'x.b                     0  0.0 MB          0  waiting\n' +
        '5.0 s: 15,000 records, 60 MB, 3,000 records/s\n',
    ])
  })

  it('is a line every ten seconds elsewhere', () => {
    const file = screen(false)
    const shown = display(file, false, {})
    for (const seconds of [0.5, 9.9, 10.1, 19, 20.2]) shown.progress({ seconds, streams })
    assert.deepEqual(file.written, [
      '10.1 s: 12,000 records, 60 MB, 1,188 records/s\n',
      '20.2 s: 12,000 records, 60 MB, 594 records/s\n',
    ])
  })

  it('is nothing but errors when it is to be quiet', () => {
    const terminal = screen(true)
    const shown = display(terminal, true, { NO_COLOR: '1' })
    shown.progress({ seconds: 10, streams })
    shown.log({ from: 'source', level: 'WARN', message: 'slow' })
    shown.log({ from: 'source', level: 'ERROR', message: 'down' })
    assert.deepEqual(terminal.written, ['source ERROR: down\n'])
  })

  it('has colours on a terminal only, and not with NO_COLOR', () => {
    const entry = { from: 'destination', level: 'ERROR', message: 'down' } as const
    const colours = (isTTY: boolean, environment: NodeJS.ProcessEnv) => {
      const one = screen(isTTY)
      display(one, false, environment).log(entry)
      return one.written.join('').includes('\x1b[31m')
    }
    assert.deepEqual([colours(true, {}), colours(true, { NO_COLOR: '1' }), colours(false, {})], [true, false, false])
  })

  it('shows no control characters that a message brings along', () => {
    const file = screen(false)
    display(file, false, {}).log({ from: 'source', level: 'INFO', message: 'a\x1b[2Jb\u009bc' })
    assert.deepEqual(file.written, ['source INFO: a[2Jbc\n'])
  })

  it('tells durations as people do', () => {
    assert.deepEqual([4.25, 59.9, 65, 7389].map(formatDuration), ['4.3 s', '59.9 s', '1:05 min', '2:03:09 h'])
  })
})
