import assert from 'node:assert/strict'
import type { AirbyteCatalog, AirbyteStream, JsonObject } from '@openehr-connectors/spec'
import { before, it } from 'mocha'
import { catalogOf } from '../../src/messages.js'
import { assertProtocol, compile } from './assertions.js'
import type { SourceWorld, Standing } from './source-under-test.js'

export function discoveryRules({ run, world }: Standing<SourceWorld>): void {
  let catalog: AirbyteCatalog

  before(async () => {
    const ended = await run({ verb: 'discover', config: world().config })
    assertProtocol(ended)
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    catalog = catalogOf(ended.messages)
  })

  it('names each stream once, and the same ones each time', async () => {
    const names = catalog.streams.map(({ name, namespace }) => `${namespace ?? ''}.${name}`)
    assert.ok(names.length > 0)
    assert.equal(new Set(names).size, names.length)
    assert.deepEqual(catalogOf((await run({ verb: 'discover', config: world().config })).messages), catalog)
  })

  it('describes each stream by a flat draft-07 schema that lets further properties through', () => {
    for (const { name, json_schema } of catalog.streams) {
      compile(json_schema)
      assert.doesNotMatch(JSON.stringify(json_schema), /"(\$ref|allOf|not)":/, name)
      assert.notEqual(json_schema.additionalProperties, false, name)
      assert.ok(Object.keys(propertiesOf({ json_schema })).length > 0, name)
    }
  })

  it('has cursors and keys that the schema knows, and keys that can be compared', () => {
    for (const stream of catalog.streams) {
      const { name, default_cursor_field: cursor, source_defined_primary_key: key = [] } = stream
      const properties = propertiesOf(stream)
      assert.ok(key.length > 0, `${name} has no key`)
      for (const [column = '', ...inner] of [...key, ...(cursor ? [cursor] : [])]) {
        assert.deepEqual(inner, [], name)
        const type = JSON.stringify(Object(properties[column]).type)
        assert.match(type, /"(string|integer|number|boolean)"/, `${name}.${column}`)
        assert.doesNotMatch(type, /"(object|array)"/, `${name}.${column}`)
      }
    }
  })

  it('says of each stream how it may be read', () => {
    for (const stream of catalog.streams) {
      const { name, supported_sync_modes: modes, default_cursor_field: cursor = [] } = stream
      assert.ok(modes.length > 0, name)
      assert.equal(new Set(modes).size, modes.length, name)
      if (modes.includes('incremental') && stream.source_defined_cursor) assert.ok(cursor.length > 0, name)
      if (stream.is_resumable) assert.ok(stream.source_defined_cursor, name)
    }
  })
}

const propertiesOf = ({ json_schema }: Pick<AirbyteStream, 'json_schema'>): JsonObject => Object(json_schema.properties)
