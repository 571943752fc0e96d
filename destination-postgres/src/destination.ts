import { type Destination, valid } from '@openehr-connectors/cdk'
import {
  type DestinationPostgresConfig,
  destinationPostgresSpecification,
  validateDestinationPostgresConfig,
} from '@openehr-connectors/spec'
import { check } from './check.js'
import { openSink } from './sink.js'

/**
 * Airbyte's destination for PostgreSQL 14 and later.
 * @param jobId the platform's number of the sync (WORKER_JOB_ID), the same for each of its attempts, if it gives one
 */
export const postgresDestination = (jobId: string | undefined): Destination<DestinationPostgresConfig> => ({
  specification: destinationPostgresSpecification,
  configure: value => valid(validateDestinationPostgresConfig, value, 'configuration'),
  check,
  open: async (config, context) => openSink(config, jobId, context),
})
