import destinationPostgres from './destination-postgres.schema.json' with { type: 'json' }
import type { ConnectorSpecification } from './generated/protocol.js'
import sourceOpenehr from './source-openehr.schema.json' with { type: 'json' }

const repository = 'https://github.com/openehr-connectors/openehr-connectors'

/** What `source-openehr spec` answers. */
export const sourceOpenehrSpecification: ConnectorSpecification = {
  protocol_version: '0.2.0',
  documentationUrl: `${repository}/blob/main/docs/source-openehr.md`,
  changelogUrl: `${repository}/blob/main/CHANGELOG.md`,
  supportsIncremental: true,
  connectionSpecification: sourceOpenehr,
}

/** What `destination-postgres spec` answers. */
export const destinationPostgresSpecification: ConnectorSpecification = {
  protocol_version: '0.2.0',
  documentationUrl: `${repository}/blob/main/docs/destination-postgres.md`,
  changelogUrl: `${repository}/blob/main/CHANGELOG.md`,
  supportsIncremental: true,
  supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'],
  connectionSpecification: destinationPostgres,
}
