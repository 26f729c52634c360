import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { equal } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { STREAM_KEY_BYTES } from '@kith/wire/sealed/records.ts'

/** How a data connection begins, before its ticket: nothing else on the shared port does. */
const MAGIC = new TextEncoder().encode('kith/data/1\n')
export const TICKET_BYTES = 16
/** Magic and ticket. */
export const PREFACE_BYTES: number = MAGIC.length + TICKET_BYTES
export const MOST_OFFER_BYTES = 256

/** An offer of a data connection, made inside the channel. */
export interface DataOffer {
  /** Good for one connection. */
  readonly ticket: Uint8Array
  /** Of what who dials sends, and of what it gets. */
  readonly keys: { readonly ask: Uint8Array; readonly answer: Uint8Array }
  /** Where it is expected; without it at the port that the channel goes to. */
  readonly port?: number
}

export function encodeDataOffer({ ticket, keys, port }: DataOffer): Uint8Array {
  return encode({ ticket, ask: keys.ask, answer: keys.answer, ...(port === undefined ? {} : { port }) })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeDataOffer(bytes: Uint8Array): DataOffer {
  const dict = decodeDict(bytes, { maxBytes: MOST_OFFER_BYTES, maxDepth: 1, maxItems: 16 })
  const [ticket, ask, answer] = [dict.needBytes('ticket'), dict.needBytes('ask'), dict.needBytes('answer')]
  const port = dict.integer('port')
  const isPort = port === undefined || (port >= 1 && port <= 65_535)
  if (
    ticket.length !== TICKET_BYTES ||
    ask.length !== STREAM_KEY_BYTES ||
    answer.length !== STREAM_KEY_BYTES ||
    !isPort
  )
    throw broken('neighbours/message', 'A data connection is offered with nonsense')
  return {
    ticket: ticket.slice(),
    keys: { ask: ask.slice(), answer: answer.slice() },
    ...(port === undefined ? {} : { port }),
  }
}

export function encodePreface(ticket: Uint8Array): Uint8Array {
  const preface = new Uint8Array(PREFACE_BYTES)
  preface.set(MAGIC)
  preface.set(ticket, MAGIC.length)
  return preface
}

/** Whether a conversation begins with a preface; undefined while it may still. */
export function beginsAsData(head: Uint8Array): boolean | undefined {
  const some = Math.min(head.length, MAGIC.length)
  if (!equal(head.subarray(0, some), MAGIC.subarray(0, some))) return false
  return head.length >= PREFACE_BYTES || undefined
}

/** The ticket of what begins with a preface. */
export function ticketOf(head: Uint8Array): Uint8Array {
  return head.subarray(MAGIC.length, PREFACE_BYTES)
}
