import type { AirbyteMessage } from '@openehr-connectors/spec'
import { recordHead } from './envelope.js'
import type { Account, Ledger } from './ledger.js'
import { lineBlocks } from './lines.js'
import { parseMessage } from './message.js'
import type { Outlet } from './outlet.js'
import { streamTitle } from './stream-key.js'

const NEWLINE = 0x0a
const CLOSE = 0x7d

/**
 * Carries what a source prints to a destination until the source ends: records as the bytes they are, counted; states
 * numbered; everything else to `hear`. It waits whenever the destination is not ready, and so the source waits too.
 * Resolves false when the destination is gone.
 * @throws Error, without a record's value, when the source breaks the protocol
 */
export const relay = async (
  source: AsyncIterable<Buffer>,
  destination: Outlet,
  ledger: Ledger,
  hear: (message: AirbyteMessage | undefined, line: string) => void,
): Promise<boolean> => {
  const blocks = lineBlocks()
  const accountOf = recordAccount(ledger)
  const count = (account: Account, bytes: number) => {
    account.records++
    account.sinceState++
    account.bytes += bytes
  }
  /** A line that is no plain record: what goes to the destination in its place. */
  const translate = (line: Buffer): Buffer | undefined => {
    const text = line.toString('utf8').trim()
    if (text === '') return undefined
    const message = parseMessage(text)
    if (message?.type === 'RECORD' && message.record) {
      const account = ledger.accountOf(message.record)
      if (!account) {
        const title = streamTitle({ name: message.record.stream, namespace: message.record.namespace })
        throw new Error(`It sent a record of the stream "${title}", which is not in the catalog.`)
      }
      count(account, line.length)
      return line
    }
    if (message?.type === 'STATE' && message.state)
      return Buffer.from(`${JSON.stringify({ ...message, state: ledger.sent(message.state) })}\n`)
    hear(message, text)
    return undefined
  }
  /** The block without what the destination is not to see. Records that stand together stay one view of it. */
  const forward = (block: Buffer): Buffer[] => {
    const out: Buffer[] = []
    let kept = 0
    for (let start = 0; start < block.length; ) {
      const next = block.indexOf(NEWLINE, start) + 1
      const account = accountOf(block, start, next - 1)
      if (account) count(account, next - start)
      else {
        if (kept < start) out.push(block.subarray(kept, start))
        const instead = translate(block.subarray(start, next))
        if (instead) out.push(instead)
        kept = next
      }
      start = next
    }
    if (kept < block.length) out.push(block.subarray(kept))
    return out
  }

  for await (const chunk of source) {
    const out = blocks.push(chunk).flatMap(forward)
    if (out.length > 0 && !(await destination.write(out))) return false
  }
  // A source that was killed may leave half a line; one that forgot its last newline, a whole one.
  const rest = blocks.rest()
  if (rest.length === 0) return true
  if (parseMessage(rest.toString('utf8').trim()) === undefined) {
    hear(undefined, rest.toString('utf8').trim())
    return true
  }
  return destination.write(forward(Buffer.concat([rest, Buffer.from('\n')])))
}

/**
 * Finds the account of a record line by its head, or undefined when the line must be parsed. Records of one stream
 * come in long runs with equal heads, so the last head is compared first.
 */
const recordAccount = (ledger: Ledger) => {
  let last: Buffer = Buffer.alloc(0)
  let lastAccount: Account | undefined
  return (block: Buffer, start: number, end: number): Account | undefined => {
    if (
      lastAccount !== undefined &&
      block[end - 1] === CLOSE &&
      end - start > last.length &&
      block.compare(last, 0, last.length, start, start + last.length) === 0
    )
      return lastAccount
    const head = recordHead(block, start, end)
    const account = head && ledger.accountOfHead(head)
    if (head && account) {
      last = Buffer.from(block.subarray(start, start + head.length))
      lastAccount = account
    }
    return account
  }
}
