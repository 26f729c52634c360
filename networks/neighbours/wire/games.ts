import type { Game, GamePorts } from '@kith/core/offer/games.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { type BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { Reader } from '@kith/wire/reader.ts'
import { Writer } from '@kith/wire/writer.ts'
import { MOST_MESSAGE_BYTES, shownName } from './messages.ts'

export const GAME_ID_BYTES = 8
/** More than anybody offers. */
export const MOST_GAMES = 64
/** A game has two or three. */
export const MOST_PORTS = 16
export const MOST_ANNOUNCES = 8

/** Whether this is a port that a game can have. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

type Fields = { [key: string]: string | number | Uint8Array | number[] | [string, number][] }

function gameFields({ id, title, way }: Game): Fields {
  // Other kinds of games may come.
  const named: Fields = { id: Uint8Array.fromHex(id), title, kind: 'ports' }
  const announces = way.announces.map(({ host, port }): [string, number] => [host, port])
  return { ...named, tcp: [...way.tcp], udp: [...way.udp], announces }
}

/** Undefined for a kind that is not known here. @throws FaultError `bencode/…`, `neighbours/message` */
function gameIn(dict: BencodeDict): Game | undefined {
  const id = dict.needBytes('id')
  if (id.length !== GAME_ID_BYTES) throw broken('neighbours/message', 'A game has a wrong name')
  const named = { id: id.toHex(), title: shownName(lossyText(dict.needBytes('title'))) }
  if (lossyText(dict.needBytes('kind')) !== 'ports') return undefined
  const way: GamePorts = { tcp: portsIn(dict, 'tcp'), udp: portsIn(dict, 'udp'), announces: announcesIn(dict) }
  return { ...named, way }
}

function portsIn(dict: BencodeDict, key: string): readonly number[] {
  const ports = [...(dict.list(key) ?? [])]
  if (ports.length > MOST_PORTS) throw broken('neighbours/message', 'A game has too many ports')
  return ports.map((port) => {
    if (typeof port === 'number' && isPort(port)) return port
    throw broken('neighbours/message', 'A game has a port that is none')
  })
}

function announcesIn(dict: BencodeDict): readonly Endpoint[] {
  const all = [...(dict.list('announces') ?? [])]
  if (all.length > MOST_ANNOUNCES) throw broken('neighbours/message', 'A game announces itself in too many places')
  return all.map((pair) => {
    const [host, port] = pair instanceof Object && Symbol.iterator in pair ? [...pair] : []
    if (host instanceof Uint8Array && typeof port === 'number' && isPort(port)) {
      const at = { host: lossyText(host), port }
      if (isAnnouncing(at)) return at
    }
    throw broken('neighbours/message', 'A game announces itself where nobody hears it')
  })
}

/** Whether something can be announced there: to a group of IPv4 (RFC 5771), or to everybody. */
export function isAnnouncing({ host, port }: Endpoint): boolean {
  const parts = host.split('.')
  if (!isPort(port) || parts.length !== 4) return false
  const numbers = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (numbers.some((number) => number > 255)) return false
  return host === '255.255.255.255' || (numbers[0]! >= 224 && numbers[0]! <= 239)
}

export function encodeGames(games: readonly Game[]): Uint8Array {
  return encode({ games: games.slice(0, MOST_GAMES).map(gameFields) })
}

/** Games of kinds that are not known here are left out. @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeGames(bytes: Uint8Array): readonly Game[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 6, maxItems: 8_192 })
  return [...(dict.list('games')?.needDicts() ?? [])].slice(0, MOST_GAMES).flatMap((one) => gameIn(one) ?? [])
}

/**
 * What travels along the path of a game with ports: a datagram of one conversation between a program there and the game
 * here, or what the game told everybody.
 */
export type Relayed =
  | { readonly kind: 'flow'; readonly flow: number; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: 'announced'; readonly place: number; readonly bytes: Uint8Array }

export function encodeRelayed(relayed: Relayed): Uint8Array {
  const writer = new Writer(relayed.bytes.length + 5)
  if (relayed.kind === 'flow') writer.u8(0).u16be(relayed.flow).u16be(relayed.port)
  else writer.u8(1).u8(relayed.place)
  return writer.bytes(relayed.bytes).finish()
}

/** Undefined for a kind that is not known here. `bytes` is a view. @throws FaultError `wire/…` */
export function decodeRelayed(bytes: Uint8Array): Relayed | undefined {
  const reader = new Reader(bytes)
  switch (reader.u8()) {
    case 0:
      return { kind: 'flow', flow: reader.u16be(), port: reader.u16be(), bytes: reader.rest() }
    case 1:
      return { kind: 'announced', place: reader.u8(), bytes: reader.rest() }
    default:
      return undefined
  }
}
