import { sourceOpenehrSpecification } from '@openehr-connectors/spec'
import { authentication, configFor, file, hastyCommand, inTheFuture, login, startGuarded } from './openehr.js'
import { sourceRules } from './source-rules.js'

sourceRules({
  name: 'source-openehr',
  command: hastyCommand,
  specification: sourceOpenehrSpecification,
  refusals: [
    {
      title: 'a server that is not there',
      change: config => ({ ...config, base_url: 'http://127.0.0.1:1/ehrbase/rest/openehr/v1' }),
      says: /127\.0\.0\.1:1 could not be reached .* Check host and port/,
    },
    {
      title: 'a path without an openEHR API',
      change: config => ({ ...config, base_url: `${config.base_url}/nowhere` }),
      says: /base_url/,
    },
    {
      title: 'a wrong password',
      change: config => ({ ...config, authentication: { ...authentication, password: 'not the password' } }),
      says: /password/,
    },
    {
      title: 'a template that the server does not have',
      change: config => ({ ...config, templates: ['vital_signs.v1', 'nobody_has_this'] }),
      says: /"nobody_has_this".*templates/,
    },
    {
      title: 'a config without a base URL',
      change: ({ base_url: _, ...config }) => config,
      says: /base_url is required/,
    },
  ],
  async start() {
    // 100 rows a page: many pages, and so many states to resume from.
    const sandbox = await startGuarded({ compositions: 800, maxLimit: 100 })
    return {
      config: configFor(sandbox),
      secrets: [login.password, 'not the password'],
      followed: 'compositions',
      write: async () => void (await file(sandbox)),
      future: inTheFuture,
      stop: sandbox.stop,
    }
  },
})
