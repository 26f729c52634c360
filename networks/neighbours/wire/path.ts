import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { broken } from '@kith/wire/fault.ts'
import { KEY_BYTES } from '@kith/wire/sealed/datagrams.ts'

/** The longest frame in the channel: a datagram as long as IPv4 has them, and some more for what is around it. */
export const MOST_FRAME_BYTES: number = 96 * 1024
const MOST_HELLO_BYTES = 256

/** The first byte of a frame in the channel. */
export const inChannel = { hello: 0, datagram: 1, said: 2 } as const
/** The first byte inside a sealed datagram. */
export const sealedAs = { probe: 0, answer: 1, datagram: 2 } as const

/** How the other side is to send datagrams to us. */
export interface PathHello {
  readonly key: Uint8Array
  /** What we know the key by. */
  readonly index: number
  /** Where we hear them. */
  readonly port: number
}

export function encodePathHello({ key, index, port }: PathHello): Uint8Array {
  return encode({ key, index, port })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodePathHello(bytes: Uint8Array): PathHello {
  const dict = decodeDict(bytes, { maxBytes: MOST_HELLO_BYTES, maxDepth: 1, maxItems: 16 })
  const hello = { key: dict.needBytes('key').slice(), index: dict.needInteger('index'), port: dict.needInteger('port') }
  const { key, index, port } = hello
  if (key.length !== KEY_BYTES || index < 0 || index > 0xffff_ffff || port < 1 || port > 65_535) {
    throw broken('neighbours/message', 'A path begins with nonsense')
  }
  return hello
}
