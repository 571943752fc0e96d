import type { ConfiguredAirbyteCatalog, ConnectorSpecification, JsonObject } from '@openehr-connectors/spec'
import { after, before } from 'mocha'
import { type Asked, type Ended, runConnector } from '../../src/connector-process.js'
import { catalogOf, configured } from '../../src/messages.js'

/** A config that `check` has to refuse. */
export interface Refusal {
  readonly title: string
  change(config: JsonObject): JsonObject
  /** What the message has to tell the user. */
  readonly says: RegExp
}

/** A connector as the protocol's rules see it. */
export interface ConnectorUnderTest<World extends ConnectorWorld = ConnectorWorld> {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** As it was shipped. */
  readonly specification: ConnectorSpecification
  readonly refusals: readonly Refusal[]
  /** Starts what the connector connects to. */
  start(): Promise<World>
}

export interface ConnectorWorld {
  /** A config that is right. */
  readonly config: JsonObject
  readonly secrets: readonly string[]
  stop(): Promise<void>
}

/** All that the rules need to know of a source. */
export interface SourceWorld extends ConnectorWorld {
  /** A stream that is read incrementally and gets one more record by `write`. */
  readonly followed: string
  write(): Promise<void>
  /** A stream's state, moved to a time far ahead of all that the server holds. */
  future(state: JsonObject): JsonObject
}

export type SourceUnderTest = ConnectorUnderTest<SourceWorld>

/** A connector whose world stands while the tests of the surrounding block run. */
export interface Standing<World> {
  world(): World
  run(asked: Asked, input?: string): Promise<Ended>
  /** Every stream, incrementally if it can be, or only in one mode those that know it. */
  catalog(mode?: 'incremental' | 'full_refresh'): Promise<ConfiguredAirbyteCatalog>
}

export function standing<World extends ConnectorWorld>(subject: ConnectorUnderTest<World>): Standing<World> {
  let current: World | undefined
  before(async () => {
    current = await subject.start()
  })
  after(() => current?.stop())
  const world = (): World => {
    if (!current) throw new Error(`The world of ${subject.name} does not stand.`)
    return current
  }
  const run = (asked: Asked, input?: string) => runConnector(subject.command, asked, input)
  return {
    world,
    run,
    async catalog(mode) {
      const { streams } = catalogOf((await run({ verb: 'discover', config: world().config })).messages)
      const able = streams.filter(({ supported_sync_modes }) => !mode || supported_sync_modes.includes(mode))
      return { streams: able.map(stream => configured(stream, mode)) }
    },
  }
}
