import { randomFillSync } from 'node:crypto'

const UUID = 16
const pool = Buffer.alloc(UUID * 256)
let next = pool.length

/** Writes a random UUID (RFC 9562, version 4), the row's `_airbyte_raw_id`. */
export const writeUuid = (out: Buffer, at: number): number => {
  if (next === pool.length) {
    randomFillSync(pool)
    next = 0
  }
  pool.copy(out, at, next, next + UUID)
  next += UUID
  out[at + 6] = ((out[at + 6] ?? 0) & 0x0f) | 0x40
  out[at + 8] = ((out[at + 8] ?? 0) & 0x3f) | 0x80
  return at + UUID
}

/** The same as text, for tables that another loader made with a text column. */
export const writeUuidText = (out: Buffer, at: number): number => {
  const end = writeUuid(out, at)
  const hex = out.toString('hex', at, end)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return at + out.write(parts.join('-'), at, 'latin1')
}
