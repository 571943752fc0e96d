#!/usr/bin/env node
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import type { Auth } from './http/auth.js'
import { startSandbox } from './sandbox.js'

const options = await yargs(hideBin(process.argv))
  .scriptName('openehr-sandbox')
  .usage('$0 [options]\n\nAn openEHR server with synthetic patients.')
  .option('port', { type: 'number', default: 0, describe: 'TCP port on 127.0.0.1; 0 takes a free one' })
  .option('compositions', { type: 'number', default: 1000, describe: 'How many compositions' })
  .option('ehrs', { type: 'number', describe: 'How many EHRs they are in' })
  .option('seed', { type: 'number', default: 1, describe: 'The same seed gives the same patients' })
  .option('pretty', { type: 'boolean', default: false, describe: 'Lay compositions out as EHRbase 2.16 does' })
  .option('gzip', { type: 'boolean', default: false, describe: 'Compress for clients that accept it' })
  .option('max-limit', { type: 'number', describe: 'The greatest LIMIT of a query' })
  .option('system-id', { type: 'string', describe: 'The middle part of version uids' })
  .option('auth-basic', { type: 'string', describe: 'USER:PASSWORD' })
  .option('auth-bearer', { type: 'string', describe: 'CLIENT:SECRET for the token endpoint /auth/token' })
  .conflicts('auth-basic', 'auth-bearer')
  .strict()
  .parse()

const pair = (text: string): [string, string] => {
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

function authOf(basic: string | undefined, bearer: string | undefined): Auth {
  if (basic !== undefined) {
    const [username, password] = pair(basic)
    return { kind: 'basic', username, password }
  }
  if (bearer === undefined) return { kind: 'none' }
  const [clientId, clientSecret] = pair(bearer)
  return { kind: 'bearer', clientId, clientSecret }
}

const { port, compositions, ehrs, seed, pretty, gzip, maxLimit, systemId } = options
const sandbox = await startSandbox({
  port,
  compositions,
  seed,
  pretty,
  gzip,
  auth: authOf(options.authBasic, options.authBearer),
  ...(ehrs === undefined ? {} : { ehrs }),
  ...(maxLimit === undefined ? {} : { maxLimit }),
  ...(systemId === undefined ? {} : { systemId }),
})
const { population } = sandbox
process.stdout.write(
  `openEHR sandbox at ${sandbox.baseUrl} with ${population.size} compositions in ${population.ehrs} EHRs (seed ${seed})\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop())
