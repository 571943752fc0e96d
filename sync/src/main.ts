import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { display, summaryText } from './display.js'
import { EXIT_CODES, SyncError } from './failure.js'
import { formatTable } from './format.js'
import { complete, readSettings, type Settings, withFlags } from './settings.js'
import { streamTitle } from './stream-key.js'
import { discover, sync } from './sync.js'

const commandLine = yargs(hideBin(process.argv))
  .scriptName('openehr-sync')
  .usage(
    '$0 [connection]',
    'Reads from an Airbyte source and writes into an Airbyte destination, without Airbyte.',
    usage =>
      usage.positional('connection', { type: 'string', describe: 'YAML file that names both; options win over it' }),
  )
  .options({
    source: { type: 'string', describe: 'How to run the source: source-openehr, "node main.js", "docker run IMAGE"' },
    'source-config': { type: 'string', describe: 'File with its config' },
    destination: { type: 'string', describe: 'How to run the destination' },
    'destination-config': { type: 'string', describe: 'File with its config' },
    state: { type: 'string', describe: 'File for the states [default: beside the YAML, or openehr-sync.state.json]' },
    streams: { type: 'string', describe: 'Only these streams, with commas between' },
    'full-refresh': { type: 'boolean', describe: 'Read them from the start and replace their rows' },
    reset: { type: 'string', describe: 'Forget the states of these streams first; their rows stay' },
    dialect: {
      choices: ['refreshes', 'legacy'] as const,
      describe: 'With generation ids and COMPLETE, or without [default: refreshes]',
    },
    list: { type: 'boolean', describe: "Print the source's streams and do nothing else" },
    quiet: { type: 'boolean', describe: 'Show errors and the summary only' },
    json: { type: 'boolean', describe: 'Print the summary as one line of JSON' },
  })
  .epilogue(
    'Exit codes: 0 done, 1 the source failed, 2 the destination failed, 3 their counts differ, 4 usage or config,\n130 or 143 stopped.',
  )
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .strict()
  .exitProcess(false)
  .fail((message, error) => {
    throw error ?? new SyncError('usage', message)
  })

const names = (list: string | undefined) =>
  list
    ?.split(',')
    .map(name => name.trim())
    .filter(name => name !== '')

const main = async (signal: AbortSignal): Promise<number> => {
  const flags = await commandLine.parseAsync()
  if (flags.help || flags.version) return 0
  const streams = names(flags.streams)
  const settings = withFlags(typeof flags.connection === 'string' ? await readSettings(flags.connection) : {}, {
    source: connectorFlags(flags.source, flags.sourceConfig),
    destination: connectorFlags(flags.destination, flags.destinationConfig),
    ...(flags.state !== undefined && { stateFile: flags.state }),
    ...(streams !== undefined && { streams }),
    ...(flags.dialect !== undefined && { dialect: flags.dialect }),
  })
  const shown = display(process.stderr, flags.quiet ?? false, process.env)
  const source = complete(settings.source, 'source')
  if (flags.list) {
    const found = await discover(source, { onLog: shown.log, signal })
    const rows = found.map(stream => [
      streamTitle(stream),
      stream.supported_sync_modes.join(', '),
      (stream.source_defined_primary_key ?? []).map(path => path.join('.')).join(', '),
    ])
    process.stdout.write(`${formatTable([['stream', 'modes', 'primary key'], ...rows]).join('\n')}\n`)
    return 0
  }
  const summary = await sync({
    source,
    destination: complete(settings.destination, 'destination'),
    stateFile: settings.stateFile ?? 'openehr-sync.state.json',
    ...(settings.streams !== undefined && { streams: settings.streams }),
    ...(settings.dialect !== undefined && { dialect: settings.dialect }),
    fullRefresh: flags.fullRefresh ?? false,
    reset: names(flags.reset) ?? [],
    onLog: shown.log,
    onProgress: shown.progress,
    signal,
  })
  shown.end()
  process.stdout.write(`${flags.json ? JSON.stringify(summary) : summaryText(summary)}\n`)
  return summary.exitCode
}

const connectorFlags = (command: string | undefined, config: string | undefined): NonNullable<Settings['source']> => ({
  ...(command !== undefined && { command }),
  ...(config !== undefined && { config }),
})

const stop = new AbortController()
let stoppedBy: number | undefined
// Once: a second Ctrl-C ends us at once, and the connectors by their broken pipes.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.once(signal, () => {
    stoppedBy ??= code
    stop.abort()
  })

// Nobody reads the answer, as with `| head`; the exit code still tells how it went.
process.stdout.on('error', () => undefined)

try {
  const code = await main(stop.signal)
  process.exitCode = code === EXIT_CODES.cancelled ? (stoppedBy ?? code) : code
} catch (error) {
  if (!(error instanceof SyncError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.outcome === 'cancelled' ? (stoppedBy ?? EXIT_CODES.cancelled) : EXIT_CODES[error.outcome]
}
