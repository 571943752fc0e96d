export { source } from './source.js'
