import type { ConfiguredAirbyteCatalog, JsonObject } from '@openehr-connectors/spec'
import { ConfigError } from './errors.js'
import { userMessage } from './protocol/error-trace.js'
import type { Run } from './run.js'
import type { Context, Reader, Source } from './source.js'
import { StreamLife } from './stream-life.js'

/**
 * Reads the streams of a catalog, reader after reader, and sends what they yield. A stream that fails does not keep the
 * others from being read.
 * @param states each stream's state of the last sync
 * @returns whether every stream was read to its end
 */
export async function readStreams<Config>(
  source: Source<Config>,
  config: Config,
  catalog: ConfiguredAirbyteCatalog,
  states: ReadonlyMap<string, JsonObject>,
  run: Run,
): Promise<boolean> {
  const { output, secrets, context } = run
  const lives = new Map(
    catalog.streams.map(({ stream }) => [stream.name, new StreamLife(stream.name, output, secrets, context.log)]),
  )
  const readAll = async () => {
    await refuseSyncModes(catalog, lives)
    const selected = catalog.streams
      .map(configured => ({ name: configured.stream.name, configured, state: states.get(configured.stream.name) }))
      .filter(({ name }) => !lives.get(name)?.ended)
    if (selected.length === 0) return
    const readers = await source.open(config, selected, context)
    await refuseUnread(readers, lives)
    for (const reader of readers) if (!context.signal.aborted) await readOne(reader, lives, context)
  }
  try {
    await run.patiently(readAll())
  } finally {
    for (const life of lives.values()) await life.interrupt()
  }
  return [...lives.values()].every(life => life.complete)
}

async function refuseSyncModes(catalog: ConfiguredAirbyteCatalog, lives: Lives): Promise<void> {
  for (const { stream, sync_mode } of catalog.streams)
    if (!stream.supported_sync_modes.includes(sync_mode)) {
      const choice = stream.supported_sync_modes.join(' or ')
      await lives
        .get(stream.name)
        ?.fail(new ConfigError(`The stream ${stream.name} cannot be read as ${sync_mode}: choose ${choice}.`))
    }
}

async function refuseUnread(readers: readonly Reader[], lives: Lives): Promise<void> {
  const read = new Set(readers.flatMap(reader => reader.streams))
  for (const life of lives.values())
    if (!read.has(life.name))
      await life.fail(
        new ConfigError(`The source has no stream ${life.name}. Refresh the schema of the connection, or deselect it.`),
      )
}

type Lives = ReadonlyMap<string, StreamLife>

async function readOne(reader: Reader, all: Lives, { log, signal }: Context): Promise<void> {
  const lives = new Map<string, StreamLife>()
  for (const name of reader.streams) {
    const life = all.get(name)
    if (life === undefined || life.ended) throw new Error(`A reader reads the stream ${name}, which was not asked for.`)
    lives.set(name, life)
    await life.start()
  }
  let failure: unknown
  try {
    for await (const item of reader.read(signal)) {
      const life = lives.get(item.stream)
      // A state behind a failure would claim what was never read.
      if (life === undefined || life.ended) throw new Error(`A reader goes on with ${item.stream}, which it may not.`)
      if ('record' in item) {
        const room = life.record(item.record, item.changes)
        if (room) await room
      } else if ('state' in item) await life.state(item.state)
      else await life.fail(item.failure)
    }
  } catch (error) {
    failure = error
    if (signal.aborted) log.debug(`Reading broke off: ${userMessage(error)}`)
  }
  for (const life of lives.values())
    if (signal.aborted) await life.interrupt()
    else if (failure !== undefined) await life.fail(failure)
    else if (!life.ended) await life.finish()
}
