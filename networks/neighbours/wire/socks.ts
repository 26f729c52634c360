import type { Writer as ByteWriter } from '@kith/wire/writer.ts'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { Reader } from '@kith/wire/reader.ts'
import { Writer } from '@kith/wire/writer.ts'
import type { Place } from '../internet/places.ts'

/** Kinds of addresses (RFC 1928 5). */
const kinds = { v4: 1, name: 3, v6: 4 } as const
/** RFC 1035 2.3.4. */
export const LONGEST_NAME = 253

/** @throws FaultError `neighbours/socks`, `wire/…` */
export function readPlace(reader: Reader): Place {
  const kind = reader.u8()
  let host: string
  if (kind === kinds.v4) host = addressText(reader.bytes(4))
  else if (kind === kinds.v6) host = addressText(reader.bytes(16))
  else if (kind === kinds.name) host = nameIn(reader.bytes(reader.u8()))
  else throw broken('neighbours/socks', 'A program names an address of a kind that there is not')
  return { host, port: reader.u16be() }
}

function nameIn(bytes: Uint8Array): string {
  const name = latin1(bytes)
  if (isHostName(name)) return name
  throw broken('neighbours/socks', 'A program asks for a name that is none')
}

/** Letters, digits, dots and the like: whatever a resolver may be asked, and nothing that could be taken for more. */
export function isHostName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[\w.:-]+$/.test(name)
}

export function writePlace(writer: ByteWriter, { host, port }: Place): void {
  const bytes = addressBytes(host)
  if (bytes !== undefined) writer.u8(bytes.length === 4 ? kinds.v4 : kinds.v6).bytes(bytes)
  else {
    const name = utf8(host).subarray(0, 255)
    writer.u8(kinds.name).u8(name.length).bytes(name)
  }
  writer.u16be(port)
}

/** A datagram on its way to somewhere, or from there, between a program and the proxy (RFC 1928 7). */
export interface SocksDatagram {
  readonly place: Place
  readonly bytes: Uint8Array
}

/** Undefined for a piece of one: putting them together is not asked of anybody. @throws FaultError */
export function decodeSocksDatagram(bytes: Uint8Array): SocksDatagram | undefined {
  const reader = new Reader(bytes)
  reader.u16be()
  if (reader.u8() !== 0) return undefined
  return { place: readPlace(reader), bytes: reader.rest() }
}

export function encodeSocksDatagram({ place, bytes }: SocksDatagram): Uint8Array {
  const writer = new Writer(bytes.length + 22).u16be(0).u8(0)
  writePlace(writer, place)
  return writer.bytes(bytes).finish()
}

/** The same between borrower and lender: `flow` is one program's conversations. */
export interface CarriedDatagram extends SocksDatagram {
  readonly flow: number
}

export function encodeCarried({ flow, place, bytes }: CarriedDatagram): Uint8Array {
  const writer = new Writer(bytes.length + 21).u16be(flow)
  writePlace(writer, place)
  return writer.bytes(bytes).finish()
}

/** @throws FaultError */
export function decodeCarried(bytes: Uint8Array): CarriedDatagram {
  const reader = new Reader(bytes)
  return { flow: reader.u16be(), place: readPlace(reader), bytes: reader.rest() }
}
