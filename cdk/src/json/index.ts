export { ByteBuilder, compactValue } from './compact.js'
export { elements, type MemberTaker, members, skipValue, spells, takeMembers, textOf } from './scan.js'
export { JsonSyntaxError, skipSpace } from './token.js'
export type { MemberVisitor } from './value.js'
