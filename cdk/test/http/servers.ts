import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { createHttpClient, type HttpClientOptions, noAuthorization } from '../../src/http/index.js'
import type { Logger } from '../../src/logger.js'

/** Runs a server on a free port for as long as `use` takes. */
const listening = async (
  server: Server & { closeAllConnections(): void },
  use: (port: number) => Promise<void>,
): Promise<void> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

export const withServer = (answer: RequestListener, use: (port: number) => Promise<void>): Promise<void> =>
  listening(createServer(answer), use)

export const withTlsServer = (
  options: ServerOptions,
  answer: RequestListener,
  use: (port: number) => Promise<void>,
): Promise<void> => listening(createTlsServer(options, answer), use)

/** A client that waits for nothing, and what it waited and logged. */
export const impatientClient = (options: Partial<HttpClientOptions> & { baseUrl: string }) => {
  const waits: number[] = []
  const warnings: string[] = []
  const silent = () => undefined
  const log: Logger = { error: silent, warn: message => warnings.push(message), info: silent, debug: silent }
  const client = createHttpClient({
    timeoutMs: 20_000,
    tries: 3,
    tls: { verify: true },
    authorization: noAuthorization(),
    log,
    random: () => 1,
    sleep: async ms => {
      waits.push(ms)
    },
    ...options,
  })
  return { client, waits, warnings }
}

export const never: AbortSignal = new AbortController().signal
