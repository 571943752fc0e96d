import { once } from 'node:events'
import { startPostgres } from '@openehr-connectors/sandbox'
import { display, EXIT_CODES, formatCount, type Screen, type Summary, SyncError, sync } from '@openehr-connectors/sync'
import { startClinic } from './clinic.js'
import { openHome } from './home.js'
import { questions } from './questions.js'
import { broughtText, filedText, lookAroundText, section, tablesText } from './texts.js'
import { type LandedTable, openWarehouse } from './warehouse.js'

export interface DemoOptions {
  /** Where the database, the state and the sandbox's port stay from one run to the next. */
  readonly folder: string
  /** Removes that folder first. */
  readonly fresh: boolean
  /** How many compositions the sandbox has to begin with. */
  readonly compositions: number
  /** How many are filed after the first sync, which a second one then reads. */
  readonly more: number
  /** Whether both servers go on until `signal`. */
  readonly stay: boolean
  readonly signal: AbortSignal
  readonly say: (text: string) => void
  /** For progress and warnings. */
  readonly screen: Screen
}

const STREAMS = ['compositions', 'ehrs']

/** Shows the whole way from an openEHR server into tables. @returns the exit code of the last sync */
export const demo = async (options: DemoOptions): Promise<number> => {
  const { say, signal } = options
  const home = await openHome(options.folder, options.fresh)
  say('Starting an openEHR server and a PostgreSQL …\n\n')
  const knownPort = await home.sandboxPort()
  const open: (() => Promise<void>)[] = []
  try {
    const postgres = await startPostgres({ dataDir: home.database }).catch(cause => {
      throw new SyncError('usage', `PostgreSQL does not start. ${cause.message}`, { cause })
    })
    open.push(postgres.stop)
    const clinic = await startClinic({ compositions: options.compositions, port: knownPort ?? 0 })
    open.push(clinic.stop)
    await home.keepSandboxPort(clinic.port)
    const warehouse = await openWarehouse(postgres.url)
    open.push(warehouse.close)
    say(
      section('openEHR → PostgreSQL', [
        `from ${clinic.baseUrl}, ${formatCount(clinic.compositions)} compositions of ${formatCount(clinic.ehrs)} synthetic patients`,
        `into ${postgres.dataDir}`,
      ]),
    )
    let tables = await warehouse.tables(STREAMS)
    // A state is worth something only with the server and the tables that it speaks of.
    const startsOver = knownPort !== clinic.port || tables.length < STREAMS.length
    const syncOnce = async (reset: readonly string[]): Promise<Summary> => {
      const shown = display(options.screen, false, process.env)
      const summary = await sync({
        source: { command: 'source-openehr', config: { base_url: clinic.baseUrl, authentication: { method: 'none' } } },
        destination: {
          command: 'destination-postgres',
          config: {
            host: postgres.host,
            port: postgres.port,
            database: postgres.database,
            username: postgres.user,
            password: postgres.password,
            schema: 'public',
            ssl: { mode: 'disable' },
          },
        },
        stateFile: home.stateFile,
        streams: STREAMS,
        reset,
        signal,
        onProgress: shown.progress,
        onLog: entry => {
          if (entry.level !== 'INFO' && entry.level !== 'DEBUG') shown.log(entry)
        },
      }).finally(shown.end)
      const landed: LandedTable[] = await warehouse.tables(STREAMS)
      say(
        section(summary.exitCode === 0 ? 'Landed' : 'The sync ended early', [
          ...summary.problems,
          ...broughtText(summary, tables, landed),
          ...tablesText(landed),
        ]),
      )
      tables = landed
      return summary
    }

    let summary = await syncOnce(startsOver ? STREAMS : [])
    if (summary.exitCode === 0 && options.more > 0) {
      say(filedText(await clinic.file(options.more)))
      summary = await syncOnce([])
    }
    if (summary.exitCode !== EXIT_CODES.succeeded) return summary.exitCode
    for (const { text, sql } of questions)
      say(section(text, [...sql.split('\n'), '', ...(await warehouse.answer(sql))]))
    if (options.stay && !signal.aborted) {
      say(lookAroundText(postgres.url, clinic.baseUrl))
      await once(signal, 'abort')
    }
    return 0
  } finally {
    for (const close of open.reverse()) await close()
  }
}
