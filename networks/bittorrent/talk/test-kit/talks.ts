import type { Fault } from '@kith/core/fault/fault.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { encodeHandshake } from '../../wire/handshake.ts'
import { encodeMessage } from '../../wire/peer.ts'
import type { Block, PeerMessage } from '../../wire/peer.ts'
import type { PeerEvent, TalkSetup } from '../peer-talk.ts'
import { PeerTalk } from '../peer-talk.ts'

export const infoHash: Uint8Array = utf8('the torrent 12345678')
export const ourId: Uint8Array = utf8('-KH0100-aaaaaaaaaaaa')
export const theirId: Uint8Array = utf8('-LT2080-bbbbbbbbbbbb')

/** Ten pieces of 32 KiB, the last one of 5,000 bytes. */
export const pieces: { readonly pieceCount: number; readonly pieceLength: number; readonly size: number } = {
  pieceCount: 10,
  pieceLength: 32_768,
  size: 299_912,
}

export const delivered: unique symbol = Symbol('delivered')

/** A setup whose blocks are all wanted, and what arrived. */
export function setup(
  change: Partial<TalkSetup> = {},
): TalkSetup & { readonly [delivered]: (Block & { bytes: Uint8Array })[] } {
  const arrived: (Block & { bytes: Uint8Array })[] = []
  let current = new Uint8Array(0)
  return {
    infoHash,
    peerId: ourId,
    ...pieces,
    client: 'Kith 0.1.0',
    listenPort: 7338,
    metadataSize: 20_000,
    exchange: true,
    uploadOnly: false,
    blocks: {
      place: (_piece, _begin, length) => (current = new Uint8Array(length)),
      delivered: (piece, begin, length) => void arrived.push({ piece, begin, length, bytes: current }),
      waiting: () => 0,
    },
    ...change,
    [delivered]: arrived,
  }
}

export interface Drained {
  readonly events: PeerEvent[]
  readonly sent: Uint8Array
  readonly closed: Fault | undefined
  readonly sends: number
}

/** Everything that a talk has to say now. */
export function drain(talk: PeerTalk): Drained {
  const events: PeerEvent[] = []
  const sent: number[] = []
  let closed: Fault | undefined
  let sends = 0
  for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
    if (output.kind === 'event') events.push(output.event)
    else if (output.kind === 'send') {
      sends++
      sent.push(...output.bytes)
    } else closed = output.fault
  }
  return { events, sent: Uint8Array.from(sent), closed, sends }
}

export function handshakeOf(
  change: { fast?: boolean; extended?: boolean; infoHash?: Uint8Array; peerId?: Uint8Array } = {},
): Uint8Array {
  return encodeHandshake({
    abilities: { fast: change.fast ?? true, extended: change.extended ?? false, dht: false, v2: false },
    infoHash: change.infoHash ?? infoHash,
    peerId: change.peerId ?? theirId,
  })
}

/** A talk that has shaken hands at time 0 and said what it says by itself. */
export function opened(change: Partial<TalkSetup> = {}, peer: { fast?: boolean; extended?: boolean } = {}): PeerTalk {
  const talk = new PeerTalk({ role: 'dial', setup: setup(change), now: 0 })
  talk.receive(handshakeOf(peer), 0)
  drain(talk)
  return talk
}

export function hear(talk: PeerTalk, message: PeerMessage, now = 0): Drained {
  talk.receive(encodeMessage(message), now)
  return drain(talk)
}
