import type { Position } from '../aql.js'

/** Order of the keyset: by commit time, ties by id. */
export const isAfter = (a: Position, b: Position): boolean => a.at > b.at || (a.at === b.at && a.id > b.id)

export const earliest = (positions: readonly Position[]): Position | undefined =>
  positions.reduce<Position | undefined>((low, each) => (low && !isAfter(low, each) ? low : each), undefined)
