/** A JSON value, as RFC 8259 has it. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** A JSON object. `undefined` members are left out when it is written. */
export interface JsonObject {
  [key: string]: Json | undefined
}
