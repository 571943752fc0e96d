import { type IncomingRecord, skipValue, spells, takeMembers } from '@openehr-connectors/cdk'

/** A batch smaller than this is written faster by one connection than by several. */
const WORTH_SPLITTING = 2 * 1024 * 1024

const sizeOf = (records: readonly IncomingRecord[]): number => records.reduce((size, { data }) => size + data.length, 0)

/** Cuts a batch into runs of about equal bytes, at most `limit`, one when it is small. */
export const byBytes = (records: readonly IncomingRecord[], limit: number): (readonly IncomingRecord[])[] => {
  const size = sizeOf(records)
  if (limit === 1 || size < WORTH_SPLITTING) return [records]
  const shards: IncomingRecord[][] = Array.from({ length: limit }, () => [])
  let before = 0
  for (const record of records) {
    shards[Math.min(limit - 1, Math.floor((before / size) * limit))]?.push(record)
    before += record.data.length
  }
  return shards.filter(shard => shard.length > 0)
}

/** Ends the walk once every property has been seen: keys mostly come first, and the rest of a record is long. */
const allSeen = new Error('all seen')

/** FNV-1a over the JSON of the properties' values. */
const hashOf = (json: Buffer, properties: readonly string[]): number => {
  let hash = 0
  let left = properties.length
  try {
    takeMembers(json, 0, (keyStart, keyEnd, valueStart) => {
      const end = skipValue(json, valueStart)
      const property = properties.findIndex(name => spells(json, keyStart, keyEnd, name))
      if (property >= 0) {
        let own = 0x811c9dc5 + property
        for (let i = valueStart; i < end; i++) own = Math.imul(own ^ (json[i] ?? 0), 0x01000193)
        hash ^= own
        left--
        if (left === 0) throw allSeen
      }
      return end
    })
  } catch (error) {
    if (error !== allSeen) throw error
  }
  return hash >>> 0
}

/** Cuts a batch so that all versions of a key go the same way, in their order. */
export const byKey = (
  records: readonly IncomingRecord[],
  limit: number,
  properties: readonly string[],
): (readonly IncomingRecord[])[] => {
  if (limit === 1 || sizeOf(records) < WORTH_SPLITTING) return [records]
  const shards: IncomingRecord[][] = Array.from({ length: limit }, () => [])
  for (const record of records) shards[hashOf(record.data, properties) % limit]?.push(record)
  return shards.filter(shard => shard.length > 0)
}
