import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { EXIT_CODES, SyncError } from '@openehr-connectors/sync'
import { demo } from './demo.js'
import { usage } from './texts.js'

const COMPOSITIONS = 20_000

const stop = new AbortController()
// Once: a second Ctrl-C ends the process at once, and both servers with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

// Nobody reads on: `npm start | head`.
process.stdout.on('error', () => stop.abort())

const options = () => {
  try {
    const { values } = parseArgs({
      options: { more: { type: 'string', default: '0' }, fresh: { type: 'boolean' }, help: { type: 'boolean' } },
    })
    const more = Number(values.more)
    if (!Number.isInteger(more) || more < 0 || more > 10_000)
      throw new RangeError('--more takes a whole number up to 10000.')
    return { more, fresh: values.fresh ?? false, help: values.help ?? false }
  } catch (error) {
    throw new SyncError('usage', `${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

try {
  const { more, fresh, help } = options()
  if (help) process.stdout.write(usage)
  else
    process.exitCode = await demo({
      folder: fileURLToPath(new URL('../../../.demo', import.meta.url)),
      fresh,
      more,
      compositions: COMPOSITIONS,
      stay: process.stdin.isTTY === true,
      signal: stop.signal,
      say: text => process.stdout.write(text),
      screen: process.stderr,
    })
} catch (error) {
  if (!(error instanceof SyncError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = EXIT_CODES[error.outcome]
}
