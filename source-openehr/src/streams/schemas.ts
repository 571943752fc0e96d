import type { AirbyteStream, JsonObject } from '@openehr-connectors/spec'

const string = (description: string): JsonObject => ({ type: ['null', 'string'], description })
const object = (description: string): JsonObject => ({
  type: ['null', 'object'],
  additionalProperties: true,
  description,
})
const integer = (description: string): JsonObject => ({ type: ['null', 'integer'], description })
const boolean = (description: string): JsonObject => ({ type: ['null', 'boolean'], description })
const instant = (description: string): JsonObject => ({
  type: ['null', 'string'],
  format: 'date-time',
  airbyte_type: 'timestamp_with_timezone',
  description,
})

const schema = (properties: JsonObject): JsonObject => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: true,
  properties,
})

const VERSION = {
  ehr_id: string('The EHR that holds it.'),
  version_uid: string('OBJECT_VERSION_ID of the version that was read: object, system and version number.'),
  version: integer('Version number; 1 is the creation.'),
  committed_at: instant('When the version was committed to the server. The cursor.'),
  contribution_id: string('The contribution that committed the version.'),
  system_id: string('The system that made the version.'),
}

const followed = (name: string, key: string[], cursor: string, properties: JsonObject): AirbyteStream => ({
  name,
  json_schema: schema(properties),
  supported_sync_modes: ['full_refresh', 'incremental'],
  source_defined_cursor: true,
  default_cursor_field: [cursor],
  source_defined_primary_key: key.map(each => [each]),
  is_resumable: true,
})

/** The latest version of every composition: of one template, or of all. */
export const compositionStream = (name: string): AirbyteStream =>
  followed(name, ['ehr_id', 'composition_uid'], 'committed_at', {
    ...VERSION,
    composition_uid: string('Object id of the composition, the same for all its versions.'),
    template_id: string('The operational template it was made with.'),
    archetype_id: string("The composition's archetype."),
    composition_name: string("The composition's own name."),
    start_time: instant(
      'When the documented care began (context/start_time), in UTC; null if there is no context or no full time.',
    ),
    composition: object(
      'The composition in canonical JSON, exactly as the server keeps it; null if the server cannot serve it.',
    ),
  })

export const EHRS = followed('ehrs', ['ehr_id'], 'time_created', {
  ehr_id: VERSION.ehr_id,
  system_id: string('The system that created the EHR.'),
  time_created: instant('When the EHR was created. The cursor.'),
})

export const EHR_STATUSES = followed('ehr_statuses', ['ehr_id'], 'committed_at', {
  ...VERSION,
  ehr_status_uid: string('Object id of the EHR_STATUS, the same for all its versions.'),
  is_queryable: boolean('Whether the EHR takes part in queries over all patients.'),
  is_modifiable: boolean('Whether the EHR may be written to.'),
  subject_id: string('The id of the patient outside of the EHR, where the server holds one.'),
  subject_namespace: string('The namespace of subject_id.'),
  ehr_status: object('The EHR_STATUS in canonical JSON.'),
})

export const TEMPLATES: AirbyteStream = {
  name: 'templates',
  json_schema: schema({
    template_id: string('The id of the operational template.'),
    concept: string("The template's concept."),
    archetype_id: string('The archetype at its root.'),
    created_at: instant('When the template was put on the server, or last replaced there.'),
    opt: string('The operational template as XML (ADL 1.4).'),
    web_template: object('The web template as JSON.'),
  }),
  supported_sync_modes: ['full_refresh'],
  source_defined_primary_key: [['template_id']],
}
