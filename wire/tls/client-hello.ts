import { concat, lossyText } from '../bytes.ts'
import { broken } from '../fault.ts'
import { Reader } from '../reader.ts'

/** RFC 8446 5.1: what one record holds at most. */
const MOST_RECORD_BYTES = 16 * 1024
/** Keys that withstand quantum computers make greetings of 2 KiB; no honest one is many times as long. */
const MOST_HELLO_BYTES = 16 * 1024
/** Almost everyone needs one; some cut the greeting in a few, to get past filters. */
const MOST_RECORDS = 16
/** After this many bytes a ClientHello is complete, or none. */
export const MOST_HEAD_BYTES: number = MOST_HELLO_BYTES + MOST_RECORDS * 5

const handshakeRecord = 22
const clientHello = 1
const alpnExtension = 16

/** What a ClientHello tells about who should answer. */
export interface ClientHello {
  /** Protocols that the client could speak inside, best first (RFC 7301); none without the extension. */
  readonly alpn: readonly string[]
}

/** Whether a conversation that begins so is TLS; undefined for no bytes at all. */
export function looksLikeTls(head: Uint8Array): boolean | undefined {
  if (head.length === 0) return undefined
  return head[0] === handshakeRecord && (head[1] ?? 3) === 3
}

/**
 * Reads the ClientHello (RFC 8446 4.1.2, the same in TLS 1.2) off the first bytes of a conversation, over as many
 * records as it takes. Undefined wants more bytes.
 * @throws FaultError `peer` `tls/hello` for what is none, or is too long
 */
export function readClientHello(head: Uint8Array): ClientHello | undefined {
  const message = handshakeMessage(head)
  if (message === undefined) return undefined
  try {
    return { alpn: alpnOf(new Reader(message)) }
  } catch (cause) {
    throw broken('tls/hello', `The greeting of TLS is malformed: ${(cause as Error).message}`)
  }
}

/** The body of the first handshake message, out of its records. */
function handshakeMessage(head: Uint8Array): Uint8Array | undefined {
  let message: Uint8Array = new Uint8Array()
  let at = 0
  for (let records = 0; head.length - at >= 5; records++) {
    const length = (head[at + 3]! << 8) | head[at + 4]!
    const fits = length > 0 && length <= MOST_RECORD_BYTES && records < MOST_RECORDS
    if (head[at] !== handshakeRecord || head[at + 1] !== 3 || !fits) {
      throw broken('tls/hello', 'The conversation does not begin as TLS does')
    }
    const part = head.subarray(at + 5, at + 5 + length)
    message = message.length === 0 ? part : concat([message, part])
    if (message.length > 0 && message[0] !== clientHello) {
      throw broken('tls/hello', 'The conversation of TLS does not begin with a greeting')
    }
    if (message.length >= 4) {
      const end = 4 + ((message[1]! << 16) | (message[2]! << 8) | message[3]!)
      if (end > MOST_HELLO_BYTES) throw broken('tls/hello', 'The greeting of TLS is longer than any honest one')
      if (message.length >= end) return message.subarray(4, end)
    }
    at += 5 + length
  }
  return undefined
}

function alpnOf(hello: Reader): readonly string[] {
  // Version and random, session id, cipher suites, compression methods.
  hello.bytes(2 + 32)
  hello.bytes(hello.u8())
  hello.bytes(hello.u16be())
  hello.bytes(hello.u8())
  // TLS 1.2 allows a greeting without any extensions.
  if (hello.remaining === 0) return []
  const extensions = new Reader(hello.bytes(hello.u16be()))
  while (extensions.remaining > 0) {
    const kind = extensions.u16be()
    const data = extensions.bytes(extensions.u16be())
    if (kind === alpnExtension) return protocols(new Reader(data))
  }
  return []
}

function protocols(data: Reader): readonly string[] {
  const list = new Reader(data.bytes(data.u16be()))
  const names: string[] = []
  while (list.remaining > 0) names.push(lossyText(list.bytes(list.u8())))
  return names
}
