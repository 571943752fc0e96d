import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Json, JsonObject } from '@openehr-connectors/spec'
import { before, describe, it } from 'mocha'

const release = 'airbyte-protocol-models-dataclasses==0.18.0'
const root = new URL('../../../../', import.meta.url)
const path = (relative: string) => fileURLToPath(new URL(relative, root))

type Classes = Record<string, Record<string, { type: string; required: boolean }>>

/** Fields that the models call otherwise than the protocol does, and why. */
const renamed: Record<string, { model: string; reason: string }> = {
  'AirbyteStateMessage.global': { model: 'global_', reason: '`global` is a reserved word in Python' },
}

/** The classes of the models that Airbyte publishes, read by Python itself. */
const publishedModels = (): Classes => {
  const target = path('.cache/protocol-models-0.18.0')
  const quiet = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--upgrade',
    '--root-user-action=ignore',
    '--target',
    target,
  ]
  execFileSync('python3', ['-m', 'pip', 'install', ...quiet, release], { stdio: ['ignore', 'ignore', 'inherit'] })
  const output = execFileSync('python3', [path('spec/test/live/protocol-models.py')], {
    env: { ...process.env, PYTHONPATH: target },
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Our schema in the words of protocol-models.py. */
const ourModels = (schema: JsonObject): Classes => {
  const definitions = object(schema.definitions)
  const classes: Classes = {}

  const type = (field: JsonObject, className: string): string => {
    if (typeof field.$ref === 'string') {
      const target = field.$ref.replace('#/definitions/', '')
      return type(object(definitions[target]), target)
    }
    if (field.enum !== undefined) return `enum(${texts(field.enum).join(',')})`
    if (field.type === 'array') return `array of ${type(object(field.items), className)}`
    if (Array.isArray(field.type)) return field.type.join(' or ')
    if (field.properties === undefined) return String(field.type)
    describeClass(className, field)
    return className
  }

  const describeClass = (name: string, { properties, required }: JsonObject) => {
    classes[name] = Object.fromEntries(
      Object.entries(object(properties)).map(([field, value]) => [
        renamed[`${name}.${field}`]?.model ?? field,
        {
          // The generator calls the class of an object within an object after the field that holds it.
          type: type(object(value), `${field.charAt(0).toUpperCase()}${field.slice(1)}`),
          required: texts(required).includes(field),
        },
      ]),
    )
  }

  describeClass(String(schema.title), schema)
  for (const [name, definition] of Object.entries(definitions)) type(object(definition), name)
  return classes
}

describe(`The protocol's schema beside ${release}`, () => {
  const ours = ourModels(JSON.parse(readFileSync(path('spec/src/protocol.schema.json'), 'utf8')))
  let theirs: Classes
  before(() => {
    theirs = publishedModels()
  })

  it('has the same classes', () => {
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort())
  })

  for (const name of Object.keys(ours))
    it(`has the same fields, types, enums and required members in ${name}`, () => {
      assert.deepEqual(ours[name], theirs[name])
    })

  it('has every field that is listed as renamed', () => {
    for (const [field, { model }] of Object.entries(renamed)) {
      const [name = ''] = field.split('.')
      assert.ok(theirs[name]?.[model])
    }
  })
})
