import type { PeerEvent } from '@kith/bittorrent/talk/peer-talk.ts'
import { PeerTalk } from '@kith/bittorrent/talk/peer-talk.ts'
import {
  decodeDontHave,
  decodeExchange,
  decodeExtendedHandshake,
  decodeMetadata,
  decodeUploadOnly,
  encodeExchange,
  encodeExtendedHandshake,
  encodeMetadata,
} from '@kith/bittorrent/wire/extended.ts'
import { encodeHandshake } from '@kith/bittorrent/wire/handshake.ts'
import { encodeMessage } from '@kith/bittorrent/wire/peer.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

const infoHash = new Uint8Array(20).fill(1)
const pieceCount = 20
const pieceLength = 32_768
const size = 19 * pieceLength + 1_000

const greeting = encodeHandshake({
  abilities: { extended: true, fast: true, dht: true, v2: false },
  infoHash,
  peerId: utf8('-LT2080-abcdefghijkl'),
})
const handshake = encodeExtendedHandshake({
  extensions: { ut_metadata: 2, ut_pex: 1, lt_donthave: 7, upload_only: 3 },
  client: 'libtorrent/2.0.8',
  listenPort: 6881,
  reqq: 500,
  metadataSize: 20_000,
  uploadOnly: true,
})
const exchange = encodeExchange({
  added: [
    { endpoint: { host: '1.2.3.4', port: 5 }, seed: true },
    { endpoint: { host: '::1', port: 5 }, seed: false },
  ],
  dropped: [{ host: '1.2.3.5', port: 6 }],
})
const metadata = encodeMetadata({ kind: 'metadataData', piece: 1, size: 20_000, bytes: new Uint8Array(3_616) })

interface Outcome {
  readonly events: readonly PeerEvent[]
  readonly fault: string | undefined
  readonly placed: number
}

/** Talks with what the input says, cut into reads of `step` bytes; one of two does not know the pieces at first. */
function talk(input: Uint8Array, step: number, known: boolean): Outcome {
  const target = new Uint8Array(128 * 1024)
  let placed = 0
  const machine = new PeerTalk({
    role: 'accept',
    now: 0,
    setup: {
      infoHash,
      peerId: utf8('-KH0100-abcdefghijkl'),
      pieceCount: known ? pieceCount : undefined,
      pieceLength: known ? pieceLength : undefined,
      size: known ? size : undefined,
      client: 'Kith',
      listenPort: 1,
      metadataSize: 20_000,
      exchange: true,
      uploadOnly: false,
      blocks: {
        place(piece, begin, length) {
          if (piece >= pieceCount || begin + length > pieceLength) throw new Error('a block out of range came through')
          return target.subarray(0, length)
        },
        delivered: (_piece, _begin, length) => void (placed += length),
        waiting: () => 0,
      },
    },
  })
  const events: PeerEvent[] = []
  let fault: string | undefined
  const drain = (): void => {
    for (let output = machine.poll(); output !== undefined; output = machine.poll()) {
      if (output.kind === 'event') events.push(output.event)
      if (output.kind === 'close') fault = output.fault?.code
    }
  }
  for (let at = 0; at < input.length; at += step) machine.receive(input.subarray(at, at + step), 0)
  drain()
  machine.setPieces(pieceCount, pieceLength, size)
  drain()
  machine.tick(1e9)
  drain()
  if (fault === undefined || machine.stage !== 'closed') throw new Error('a silent peer is not let go')
  if (machine.have !== undefined && machine.have.count > pieceCount) throw new Error('it has more than there is')
  return { events, fault, placed }
}

const conversation: FuzzTarget = {
  name: 'bittorrent-peer',
  seeds: [
    concat([
      greeting,
      encodeMessage({ kind: 'extended', id: 0, payload: handshake }),
      encodeMessage({ kind: 'bitfield', bits: Uint8Array.of(0xff, 0, 0xf0) }),
      encodeMessage({ kind: 'unchoke' }),
      encodeMessage({ kind: 'interested' }),
      encodeMessage({ kind: 'have', piece: 12 }),
      encodeMessage({ kind: 'request', piece: 19, begin: 0, length: 1_000 }),
      encodeMessage({ kind: 'cancel', piece: 19, begin: 0, length: 1_000 }),
      encodeMessage({ kind: 'piece', piece: 3, begin: 16_384, block: new Uint8Array(500) }),
      encodeMessage({ kind: 'extended', id: 1, payload: exchange }),
      encodeMessage({ kind: 'extended', id: 2, payload: metadata }),
      encodeMessage({ kind: 'keepAlive' }),
    ]),
    concat([
      greeting,
      encodeMessage({ kind: 'haveAll' }),
      encodeMessage({ kind: 'allowedFast', piece: 3 }),
      encodeMessage({ kind: 'suggest', piece: 3 }),
      encodeMessage({ kind: 'reject', piece: 0, begin: 0, length: 16_384 }),
      encodeMessage({ kind: 'extended', id: 3, payload: Uint8Array.of(0, 0, 0, 5) }),
      encodeMessage({ kind: 'extended', id: 4, payload: Uint8Array.of(1) }),
      encodeMessage({ kind: 'extended', id: 2, payload: encodeMetadata({ kind: 'metadataRequest', piece: 0 }) }),
      encodeMessage({ kind: 'choke' }),
      encodeMessage({ kind: 'port', port: 6881 }),
    ]),
    greeting,
  ],
  run(input) {
    const whole = talk(input, Math.max(1, input.length), true)
    const dribbled = talk(input, 7, true)
    // Answers are limited per read, so only what comes in one read may be refused.
    const comparable = ({ events, fault, placed }: Outcome): string =>
      JSON.stringify([events.filter(({ kind }) => kind !== 'metadataRequest' && kind !== 'request'), fault, placed])
    if (comparable(whole) !== comparable(dribbled)) throw new Error('cutting the stream changes what it says')
    talk(input, 13, false)
  },
}

const messages: FuzzTarget = {
  name: 'bittorrent-extended',
  seeds: [
    handshake,
    exchange,
    metadata,
    encodeMetadata({ kind: 'metadataReject', piece: 9 }),
    Uint8Array.of(0, 0, 0, 1),
  ],
  run(input) {
    for (const decode of [decodeExtendedHandshake, decodeExchange, decodeMetadata, decodeDontHave, decodeUploadOnly]) {
      const decoded = attempt<unknown>(() => decode(input))
      if (!decoded.ok && decoded.fault.kind !== 'peer') throw new Error(`not the peer's fault: ${decoded.fault.code}`)
    }
  },
}

const targets: readonly FuzzTarget[] = [conversation, messages]
export default targets
