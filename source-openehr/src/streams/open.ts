import { createHash } from 'node:crypto'
import { ConfigError, type Context, type Reader, type SelectedStream } from '@openehr-connectors/cdk'
import type { SourceOpenehrConfig } from '@openehr-connectors/spec'
import { type Selection, selectionOf } from '../aql.js'
import type { OpenEhr, TemplateInfo } from '../client.js'
import { streamNames } from '../names.js'
import type { Target } from '../scan/emission.js'
import type { Kind } from '../scan/kind.js'
import { type Identity, Progress, type Terms } from '../scan/progress.js'
import { partitions } from '../scan/ranges.js'
import { scan } from '../scan/scan.js'
import { Room } from '../scan/seen.js'
import { type Origin, readState } from '../scan/state.js'
import type { Server } from '../vendors/detect.js'
import { compositions } from './compositions.js'
import { ehrStatuses } from './ehr-statuses.js'
import { ehrs } from './ehrs.js'
import { EHR_STATUSES, EHRS, TEMPLATES } from './schemas.js'
import { templates } from './templates.js'

/** Versions that the streams of a scan remember together: their states stay below half a megabyte. */
const REMEMBERED = 40_000

export const COMPOSITIONS = 'compositions'

/** What a sync works with. */
export interface Opening {
  readonly config: SourceOpenehrConfig
  readonly client: OpenEhr
  readonly server: Server
  /** The templates that may be read, when a selected stream depends on them. */
  readonly templates: readonly TemplateInfo[]
  readonly context: Context
}

/** The readers of a sync: one for all composition streams, one for each other stream. A stream that is none has none. */
export const openStreams = (opening: Opening, selected: readonly SelectedStream[]): Reader[] => {
  const { client, templates: list } = opening
  const selection = selectionOf(opening.config)
  const names = streamNames(list)
  const readers: Reader[] = []
  const compositionStreams: (SelectedStream & { template: string | undefined })[] = []
  for (const stream of selected) {
    if (stream.name === COMPOSITIONS) compositionStreams.push({ ...stream, template: undefined })
    else if (names.has(stream.name)) compositionStreams.push({ ...stream, template: names.get(stream.name) })
    else if (stream.name === EHRS.name) readers.push(single(opening, stream, ehrs(opening.server.vendor, selection)))
    else if (stream.name === EHR_STATUSES.name)
      readers.push(single(opening, stream, ehrStatuses(opening.server.vendor, selection)))
    else if (stream.name === TEMPLATES.name) readers.push(templates(stream.name, client, list))
  }
  if (compositionStreams.length > 0) readers.push(compositionScan(opening, selection, compositionStreams))
  return readers
}

const compositionScan = (
  opening: Opening,
  selection: Selection,
  streams: readonly (SelectedStream & { template: string | undefined })[],
): Reader => {
  const { config, server } = opening
  const terms = termsOf(opening)
  const targets = streams.map(({ template, ...stream }): Target => {
    const identity = identityOf(opening, stream, template)
    const fresh = (): Progress => Progress.ofSnapshot(identity, terms, partitions(config.partitions))
    return { stream: stream.name, template, progress: progressOf(opening, stream, identity, terms, fresh) }
  })
  const kind = (some: readonly Target[]) => {
    const own = some.flatMap(({ template }) => template ?? [])
    const all = own.length < some.length
    return compositions(server.vendor, { ...selection, templates: all ? selection.templates : own })
  }
  return scan(scanning(opening), targets, { ...options(opening, streams), kind })
}

const single = (opening: Opening, stream: SelectedStream, kind: Kind): Reader => {
  const identity = identityOf(opening, stream, undefined)
  const terms = termsOf(opening)
  const progress = progressOf(opening, stream, identity, terms, () => Progress.fromStart(identity, terms))
  const target: Target = { stream: stream.name, template: undefined, progress }
  return scan(scanning(opening), [target], { ...options(opening, [stream]), kind: () => kind })
}

const scanning = ({ client, config, context }: Opening) => ({
  client,
  log: context.log,
  pages: { first: 500, least: 25, most: 2000, target: config.page_target_megabytes * 1_000_000 },
})

const options = ({ config }: Opening, streams: readonly SelectedStream[]) => ({
  partitions: config.partitions,
  failUnreadable: config.unreadable_compositions === 'fail',
  fullRefresh: new Set(streams.filter(isFullRefresh).map(({ name }) => name)),
})

const termsOf = ({ config, server }: Opening): Terms => ({
  now: server.now,
  lookback: config.lookback_seconds * 1_000_000,
  room: new Room(REMEMBERED),
})

const isFullRefresh = ({ configured }: SelectedStream): boolean => configured.sync_mode === 'full_refresh'

const identityOf = ({ config, server }: Opening, stream: SelectedStream, template: string | undefined): Identity => {
  const { templates, ehrIds, committedSince } = selectionOf(config)
  // A stream of one template does not depend on which others are read.
  const choice = [stream.configured.sync_mode, template === undefined ? templates : [], ehrIds, committedSince ?? null]
  return {
    origin: originOf(config, server),
    template,
    selection: createHash('sha256').update(JSON.stringify(choice)).digest('hex').slice(0, 16),
  }
}

const originOf = (config: SourceOpenehrConfig, server: Server): Origin => ({
  base_url: new URL(config.base_url).href.replace(/\/+$/, ''),
  ...(server.systemId !== undefined && { system_id: server.systemId }),
})

/**
 * The progress that a saved state stands for, or a fresh one.
 * @throws ConfigError when the state was made with another server or template: its cursor would skip what it has not read
 */
const progressOf = (
  { context }: Opening,
  stream: SelectedStream,
  identity: Identity,
  terms: Terms,
  fresh: () => Progress,
): Progress => {
  if (!stream.state || Object.keys(stream.state).length === 0) return fresh()
  const state = readState(stream.name, stream.state)
  const { origin } = identity
  const refuse = (what: string): never => {
    throw new ConfigError(
      `The saved state of stream "${stream.name}" belongs to ${what}. Reset the stream to read it from the start, or set the source back.`,
    )
  }
  if (state.origin.base_url !== origin.base_url) refuse('another base_url')
  if (
    state.origin.system_id !== undefined &&
    origin.system_id !== undefined &&
    state.origin.system_id !== origin.system_id
  )
    refuse('another server: the system id differs')
  if (state.template !== identity.template) refuse('another template')
  if (state.selection !== identity.selection) {
    context.log.warn(
      `Stream "${stream.name}" is read from the start: its sync mode or the options that choose what is read have changed.`,
    )
    return fresh()
  }
  return Progress.resumed(identity, terms, state)
}
