import { startSandbox } from '@openehr-connectors/sandbox'
import { contract } from './suite.js'

const login = { username: 'reader', password: 'a word for tests' }

contract('The sandbox', async ({ auth = 'none', maxLimit } = {}) => {
  const systemId = 'sandbox.example'
  const sandbox = await startSandbox({
    // What is written stands beside what was there, and pages show both.
    compositions: 300,
    systemId,
    auth: auth === 'basic' ? { kind: 'basic', ...login } : { kind: 'none' },
    ...(maxLimit !== undefined && { maxLimit }),
  })
  const { baseUrl, stop } = sandbox
  return { baseUrl, systemId, stop, ...(auth === 'basic' && { login }) }
})
