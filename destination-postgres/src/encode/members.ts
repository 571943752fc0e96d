import { members, textOf } from '@openehr-connectors/cdk'

/** Where the values of known properties lie in a record's data. */
export interface Members {
  /** Finds them. `start(i)` is then the offset of property i's value, or -1 when it is absent or null. */
  find(json: Buffer): void
  start(property: number): number
  end(property: number): number
}

const NULL = 0x6e

/** A finder for `properties`. Records write their keys in the same order mostly, so the next one is tried first. */
export const membersOf = (properties: readonly string[]): Members => {
  const keys = properties.map(property => Buffer.from(property))
  const byName = new Map(properties.map((property, index) => [property, index]))
  const starts = new Int32Array(properties.length)
  const ends = new Int32Array(properties.length)
  let json: Buffer = Buffer.alloc(0)
  let expected = 0

  const isKey = (key: Buffer | undefined, start: number, end: number): boolean => {
    if (key === undefined || key.length !== end - start) return false
    for (let i = 0; i < key.length; i++) if (key[i] !== json[start + i]) return false
    return true
  }

  const visit = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => {
    const index = isKey(keys[expected], keyStart, keyEnd) ? expected : byName.get(textOf(json, keyStart, keyEnd))
    if (index === undefined) return
    // A key that comes twice: the last one counts, as in jsonb.
    starts[index] = json[valueStart] === NULL ? -1 : valueStart
    ends[index] = valueEnd
    expected = index + 1
  }

  return {
    find(data) {
      json = data
      expected = 0
      starts.fill(-1)
      members(data, 0, visit)
    },
    start: property => starts[property] ?? -1,
    end: property => ends[property] ?? -1,
  }
}
