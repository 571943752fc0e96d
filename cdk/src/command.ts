import yargs from 'yargs'

/** What a connector is asked to do. File arguments are paths. */
export type Command =
  | { readonly name: 'spec' }
  | { readonly name: 'check'; readonly config: string }
  | { readonly name: 'discover'; readonly config: string }
  | { readonly name: 'read'; readonly config: string; readonly catalog: string; readonly state?: string }
  | { readonly name: 'write'; readonly config: string; readonly catalog: string }

/** What a connector is called: shown by `--help`, `--version` and in the logs. */
export interface About {
  readonly name: string
  readonly version: string
}

/** Text for a person instead of a command. */
export type Usage = { readonly usage: string; readonly mistaken: boolean }

const config = {
  config: { string: true, demandOption: true, requiresArg: true, describe: 'the configuration, JSON' },
} as const
const catalog = {
  catalog: { string: true, demandOption: true, requiresArg: true, describe: 'the configured catalog, JSON' },
} as const
const state = { state: { string: true, requiresArg: true, describe: 'the state of the last sync, JSON' } } as const

/** Reads the arguments (protocol 0.18's command line). A source has no `write`, a destination no `discover` or `read`. */
export function parseCommand(argv: readonly string[], about: About, role: 'source' | 'destination'): Command | Usage {
  let command: Command | undefined
  const parser = yargs()
    .scriptName(about.name)
    .version(about.version)
    .detectLocale(false)
    .wrap(100)
    .strict()
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .demandCommand(1, 'Name one command.')
    .command('spec', 'Print the specification of the configuration.', {}, () => {
      command = { name: 'spec' }
    })
    .command('check', 'Try whether a sync would work.', config, ({ config }) => {
      command = { name: 'check', config }
    })
  if (role === 'source')
    parser
      .command('discover', 'Print the streams that can be read.', config, ({ config }) => {
        command = { name: 'discover', config }
      })
      .command('read', 'Read the streams of a catalog.', { ...config, ...catalog, ...state }, options => {
        const { config, catalog, state } = options
        command = { name: 'read', config, catalog, ...(state === undefined ? {} : { state }) }
      })
  else
    parser.command('write', 'Write what comes in on stdin.', { ...config, ...catalog }, ({ config, catalog }) => {
      command = { name: 'write', config, catalog }
    })

  let usage: Usage = { usage: '', mistaken: true }
  parser.parse([...argv], {}, (error: Error | undefined | null, _argv: unknown, text: string) => {
    usage = { usage: text, mistaken: Boolean(error) }
  })
  return usage.usage === '' && command !== undefined ? command : usage
}
