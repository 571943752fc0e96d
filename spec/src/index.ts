import * as destinationPostgres from './generated/destination-postgres.validate.js'
import * as protocol from './generated/protocol.validate.js'
import * as sourceOpenehr from './generated/source-openehr.validate.js'
import { destinationPostgresSpecification, sourceOpenehrSpecification } from './specifications.js'
import { type Validate, validator } from './validate.js'

export type { DestinationPostgresConfig } from './generated/destination-postgres.js'
export type * from './generated/protocol.js'
export type { SourceOpenehrConfig } from './generated/source-openehr.js'
export type { Json, JsonObject } from './json.js'
export { destinationPostgresSpecification, sourceOpenehrSpecification } from './specifications.js'
export type { Problem, Validate } from './validate.js'

/** An AirbyteMessage: one line between a source, the platform and a destination. */
export const validateMessage: Validate = validator(protocol.message)

/** An AirbyteCatalog: what `discover` answers. */
export const validateCatalog: Validate = validator(protocol.catalog)

/** A ConfiguredAirbyteCatalog: what `--catalog` names. */
export const validateConfiguredCatalog: Validate = validator(protocol.configuredCatalog)

/** An array of AirbyteStateMessages: what `--state` names. */
export const validateStates: Validate = validator(protocol.states)

/** A SourceOpenehrConfig once it is valid: defaults are filled in. */
export const validateSourceOpenehrConfig: Validate = validator(
  sourceOpenehr.validate,
  sourceOpenehrSpecification.connectionSpecification,
)

/** A DestinationPostgresConfig once it is valid: defaults are filled in. */
export const validateDestinationPostgresConfig: Validate = validator(
  destinationPostgres.validate,
  destinationPostgresSpecification.connectionSpecification,
)
