import assert from 'node:assert/strict'
import type { AirbyteRecordMessage, AirbyteStream, JsonObject } from '@openehr-connectors/spec'
import { validateMessage } from '@openehr-connectors/spec'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Ended } from '../../src/connector-process.js'

// RFC 3339, as Airbyte's destinations take it.
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': dateTime } })

/** @throws AssertionError when it is no draft-07 schema */
export function compile(schema: JsonObject): ValidateFunction {
  assert.ok(ajv.validateSchema(schema), ajv.errorsText())
  return ajv.compile(schema)
}

/** Every line of stdout is a whole message of the protocol. */
export function assertProtocol({ stdout }: Ended): void {
  assert.match(stdout, /^$|\n$/, 'The last line is cut off.')
  for (const [index, line] of stdout.split('\n').slice(0, -1).entries())
    assert.deepEqual(validateMessage(JSON.parse(line)), [], `line ${index + 1} of stdout`)
}

/** No secret is to be seen in anything that was said, in any of the spellings in which it travels. */
export function assertHides({ stdout, stderr }: Ended, secrets: readonly string[]): void {
  const said = stdout + stderr
  for (const secret of secrets)
    for (const [spelling, form] of Object.entries(spellings(secret)))
      assert.ok(!said.includes(form), `A secret is shown, spelled ${spelling}.`)
}

export const spellings = (secret: string): Readonly<Record<string, string>> => ({
  plain: secret,
  'as JSON': JSON.stringify(secret).slice(1, -1),
  'URL-encoded': encodeURIComponent(secret),
  'as in a form': new URLSearchParams({ '': secret }).toString().slice(1),
  'in base64': Buffer.from(secret).toString('base64'),
})

/** The primary key of a record, as one text. */
export const keyOf = (stream: AirbyteStream, { data }: AirbyteRecordMessage): string =>
  JSON.stringify(
    stream.source_defined_primary_key?.map(path =>
      path.reduce<unknown>((at, key) => Reflect.get(Object(at), key), data),
    ),
  )
