export { StreamFailures } from './failures.js'
export { type Clock, defaultLimits, type WriteLimits } from './limits.js'
export { runWrite, type WriteOptions } from './loop.js'
