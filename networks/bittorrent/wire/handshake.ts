import { fail } from '@kith/core/fault/fault.ts'
import type { Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'
import type { Self } from '@kith/core/network/host.ts'
import { equal, utf8 } from '@kith/wire/bytes.ts'

/** Bytes of a whole handshake: protocol name, reserved bits, info-hash, peer id (BEP 3). */
export const handshakeLength: number = 68
/** Up to here a handshake names its torrent. */
export const handshakeHeadLength: number = 48
export const hashLength: number = 20

const protocolName = '\u0013BitTorrent protocol'
const reservedAt = 20
const infoHashAt = 28
const peerIdAt = 48

/** What a peer says it can do, in the reserved bits of its handshake. */
export interface Abilities {
  /** Extension protocol (BEP 10). */
  readonly extended: boolean
  /** Fast extension (BEP 6). */
  readonly fast: boolean
  /** Distributed hash table (BEP 5). */
  readonly dht: boolean
  /** It could go on in version 2 (BEP 52). */
  readonly v2: boolean
}

export interface Handshake {
  readonly abilities: Abilities
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
}

/** Where each ability stands in the eight reserved bytes. */
const bits: Readonly<Record<keyof Abilities, { readonly byte: number; readonly mask: number }>> = {
  extended: { byte: 5, mask: 0x10 },
  fast: { byte: 7, mask: 0x04 },
  dht: { byte: 7, mask: 0x01 },
  v2: { byte: 7, mask: 0x10 },
}

export function encodeHandshake(of: Handshake): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(handshakeLength)
  out.set(utf8(protocolName))
  for (const [ability, { byte, mask }] of Object.entries(bits)) {
    if (of.abilities[ability as keyof Abilities]) out[reservedAt + byte]! |= mask
  }
  out.set(of.infoHash, infoHashAt)
  out.set(of.peerId, peerIdAt)
  return out
}

/** @throws FaultError `bittorrent/not-bittorrent` */
export function decodeHandshake(bytes: Uint8Array): Handshake {
  if (bytes.length !== handshakeLength || handshakeHead(bytes) !== true) throw notBitTorrent()
  return { abilities: abilitiesIn(bytes), infoHash: infoHashIn(bytes), peerId: bytes.slice(peerIdAt) }
}

export function abilitiesIn(handshake: Uint8Array): Abilities {
  const has = ({ byte, mask }: { byte: number; mask: number }): boolean => (handshake[reservedAt + byte]! & mask) !== 0
  return { extended: has(bits.extended), fast: has(bits.fast), dht: has(bits.dht), v2: has(bits.v2) }
}

/** The torrent that the head of a handshake names. */
export function infoHashIn(handshake: Uint8Array): Uint8Array<ArrayBuffer> {
  return handshake.slice(infoHashAt, infoHashAt + hashLength)
}

/** Whether a conversation that begins with these bytes is ours and names its torrent; undefined wants more of them. */
export function handshakeHead(head: Uint8Array): boolean | undefined {
  const name = utf8(protocolName)
  const seen = Math.min(name.length, head.length)
  if (!equal(head.subarray(0, seen), name.subarray(0, seen))) return false
  return head.length >= handshakeHeadLength ? true : undefined
}

export function notBitTorrent(): Error {
  return fail('peer', 'bittorrent/not-bittorrent', 'It does not speak BitTorrent')
}

/** The code of Kith in peer ids of the Azureus style (BEP 20). */
const programCode = 'KH'
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Twenty bytes that name this run of the program; an anonymous one is nothing but chance. */
export function newPeerId(self: Self, anonymous: boolean, random: Random): Uint8Array<ArrayBuffer> {
  if (anonymous) return random.bytes(hashLength)
  const version = self.version.split('.').map((part) => digits[Number.parseInt(part, 10)] ?? '0')
  let id = `-${programCode}${[...version, '0', '0', '0', '0'].slice(0, 4).join('')}-`
  while (id.length < hashLength) id += digits[pick(random, digits.length)]!
  return utf8(id)
}
