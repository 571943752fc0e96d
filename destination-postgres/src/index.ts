export { postgresDestination } from './destination.js'
