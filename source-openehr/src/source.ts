import {
  ConfigError,
  type Connection,
  type Context,
  createHttpClient,
  type HttpClient,
  type Source,
  valid,
} from '@openehr-connectors/cdk'
import {
  type SourceOpenehrConfig,
  sourceOpenehrSpecification,
  validateSourceOpenehrConfig,
} from '@openehr-connectors/spec'
import { authorizationOf } from './authorization.js'
import { explained, type OpenEhr, openEhr, type TemplateInfo } from './client.js'
import { parseInstant } from './instant.js'
import { streamNames } from './names.js'
import { COMPOSITIONS, openStreams } from './streams/open.js'
import { compositionStream, EHR_STATUSES, EHRS, TEMPLATES } from './streams/schemas.js'
import { detect } from './vendors/detect.js'

/** Reads openEHR servers: EHRbase, and others that answer AQL on VERSION by commit time. */
export const source: Source<SourceOpenehrConfig> = {
  specification: sourceOpenehrSpecification,

  configure(value) {
    const config = valid<SourceOpenehrConfig>(validateSourceOpenehrConfig, value, 'configuration')
    if (config.committed_since !== undefined && parseInstant(config.committed_since) === undefined)
      throw new ConfigError('The configuration is not valid: /committed_since is no date and time.')
    return config
  },

  async check(config, context) {
    await withClient(config, context, async client => {
      const list = await templatesOf(client, config, context)
      await detect(client, config.vendor, context.signal)
      const missing = config.templates.filter(id => !list.some(({ templateId }) => templateId === id))
      if (missing.length > 0)
        throw new ConfigError(
          `The server has no template ${missing.map(id => `"${id}"`).join(', ')}. Correct "templates", or upload it there.`,
        )
    })
  },

  async discover(config, context) {
    return await withClient(config, context, async client => {
      const names = streamNames(await templatesOf(client, config, context))
      return [
        compositionStream(COMPOSITIONS),
        ...[...names.keys()].sort().map(compositionStream),
        EHRS,
        EHR_STATUSES,
        TEMPLATES,
      ]
    })
  },

  async open(config, streams, context) {
    if (!config.tls.verify && config.base_url.startsWith('https:'))
      context.log.warn(
        'The certificate of the server is not verified: anybody on the way can read and change what is synced.',
      )
    const http = httpClient(config, context)
    context.signal.addEventListener('abort', () => http.close())
    const client = openEhr(http)
    const server = await detect(client, config.vendor, context.signal)
    // Streams that are the same on every server need no list: an empty sync then costs one request less.
    const fixed = new Set([COMPOSITIONS, EHRS.name, EHR_STATUSES.name])
    const templates = streams.every(({ name }) => fixed.has(name)) ? [] : await templatesOf(client, config, context)
    context.log.debug(`The server answers like ${server.vendor.name}.`)
    return openStreams({ config, client, server, templates, context }, streams)
  },
}

/** The server's templates that the user chose, or all. */
const templatesOf = async (
  client: OpenEhr,
  { templates }: SourceOpenehrConfig,
  { signal }: Context,
): Promise<TemplateInfo[]> => {
  try {
    const list = await client.templates(signal)
    return templates.length === 0 ? list : list.filter(({ templateId }) => templates.includes(templateId))
  } catch (error) {
    throw explained(error)
  }
}

const withClient = async <T>(
  config: SourceOpenehrConfig,
  context: Context,
  use: (client: OpenEhr) => Promise<T>,
): Promise<T> => {
  const http = httpClient(config, context)
  try {
    return await use(openEhr(http))
  } finally {
    http.close()
  }
}

const httpClient = (config: SourceOpenehrConfig, context: Context): HttpClient => {
  const connection: Connection = {
    timeoutMs: config.request_timeout_seconds * 1000,
    tries: config.max_tries,
    tls: {
      verify: config.tls.verify,
      ca: config.tls.ca_certificate,
      certificate: config.tls.client_certificate,
      key: config.tls.client_key,
    },
    log: context.log,
  }
  return createHttpClient({
    ...connection,
    baseUrl: config.base_url,
    authorization: authorizationOf(config, connection, context),
  })
}
