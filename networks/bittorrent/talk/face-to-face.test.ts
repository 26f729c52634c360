import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bitfield } from '@kith/wire/bitfield.ts'
import { equal } from '@kith/wire/bytes.ts'
import { pieceHeader, pieceHeaderSize } from '../wire/peer.ts'
import { metadataPieceSize } from '../wire/extended.ts'
import type { PeerEvent } from './peer-talk.ts'
import { PeerTalk } from './peer-talk.ts'
import { ourId, pieces, setup, theirId } from './test-kit/talks.ts'

const latencyMs = 30
const metadata = Uint8Array.from({ length: 20_000 }, (_, at) => at * 7)
const content = Uint8Array.from({ length: pieces.size }, (_, at) => (at * 31) ^ (at >> 8))
const unknown = { pieceCount: undefined, pieceLength: undefined, size: undefined, metadataSize: undefined }

interface Side {
  readonly talk: PeerTalk
  readonly name: string
  /** `send` writes past the talk, as the shell does with blocks. */
  on(event: PeerEvent, send: (bytes: Uint8Array) => void): void
}

/** Two talks with a wire between them, in virtual time: what one says the other hears `latencyMs` later. */
function converse(left: Side, right: Side, untilMs: number): { log: string[]; now: number } {
  const log: string[] = []
  let now = 0
  const wire: { at: number; to: Side; bytes: Uint8Array }[] = []
  const drain = (side: Side, other: Side): void => {
    const send = (bytes: Uint8Array): void => void wire.push({ at: now + latencyMs, to: other, bytes })
    for (let output = side.talk.poll(); output !== undefined; output = side.talk.poll()) {
      if (output.kind === 'send') send(output.bytes)
      else if (output.kind === 'event') {
        log.push(`${now} ${side.name} ${output.event.kind}`)
        side.on(output.event, send)
      } else log.push(`${now} ${side.name} closed ${output.fault?.code}`)
    }
  }
  for (;;) {
    drain(left, right)
    drain(right, left)
    const deadlines = [left, right].map(({ talk }) => talk.deadline ?? Infinity)
    const next = wire.findIndex(({ at }) => at === Math.min(...wire.map((one) => one.at)))
    const at = Math.min(wire[next]?.at ?? Infinity, ...deadlines)
    if (at > untilMs) return { log, now }
    now = at
    if (wire[next]?.at === at) {
      const [{ to, bytes }] = wire.splice(next, 1) as [(typeof wire)[0]]
      to.talk.receive(bytes, now)
    } else for (const { talk } of [left, right]) if ((talk.deadline ?? Infinity) <= now) talk.tick(now)
  }
}

test('from a magnet link to the whole torrent, in the round trips that it needs', () => {
  const received = new Uint8Array(pieces.size)
  const gathered: Uint8Array[] = []
  let missing = pieces.size
  const leech: Side = {
    name: 'leech',
    talk: new PeerTalk({
      role: 'dial',
      now: 0,
      setup: setup({
        ...unknown,
        peerId: ourId,
        blocks: {
          place: (piece, begin, length) => received.subarray(piece * 32_768 + begin, piece * 32_768 + begin + length),
          delivered: (_piece, _begin, length) => void (missing -= length),
          waiting: () => 0,
        },
      }),
    }),
    on(event) {
      const { talk } = leech
      if (event.kind === 'extended') {
        for (let piece = 0; piece * metadataPieceSize < talk.metadataSize!; piece++) talk.requestMetadata(piece)
      }
      if (event.kind === 'metadataData') {
        gathered[event.piece] = event.bytes
        if (gathered.length < 2) return
        talk.setPieces(pieces.pieceCount, pieces.pieceLength, pieces.size)
        assert.equal(talk.haveAll, true)
        talk.tellInterested()
      }
      if (event.kind !== 'unchoked') return
      for (let at = 0; at < pieces.size; at += 16_384) {
        talk.request(Math.floor(at / 32_768), at % 32_768, Math.min(16_384, pieces.size - at))
      }
    },
  }
  const seed: Side = {
    name: 'seed',
    talk: new PeerTalk({ role: 'accept', now: 0, setup: setup({ peerId: theirId, uploadOnly: true }) }),
    on(event, send) {
      const { talk } = seed
      if (event.kind === 'opened') {
        const all = new Bitfield(pieces.pieceCount)
        all.setAll()
        talk.tellHave(all)
      }
      if (event.kind === 'metadataRequest') {
        const at = event.piece * metadataPieceSize
        talk.sendMetadata(event.piece, metadata.length, metadata.subarray(at, at + metadataPieceSize))
      }
      if (event.kind === 'interested') talk.unchoke()
      if (event.kind === 'request') {
        const { piece, begin, length } = event
        const frame = new Uint8Array(pieceHeaderSize + length)
        pieceHeader(frame, 0, piece, begin, length)
        const at = piece * pieces.pieceLength + begin
        frame.set(content.subarray(at, at + length), pieceHeaderSize)
        send(frame)
      }
    },
  }
  const { log } = converse(leech, seed, 1_000)
  assert.deepEqual(gathered[1], metadata.subarray(metadataPieceSize))
  assert.equal(missing, 0)
  assert.equal(equal(received, content), true)
  assert.equal(leech.talk.received, pieces.size)
  assert.deepEqual(log.slice(0, 10), [
    '30 seed opened',
    '60 leech opened',
    '60 leech extended',
    '60 leech uploadOnly',
    '90 seed haves',
    '90 seed extended',
    '90 seed metadataRequest',
    '90 seed metadataRequest',
    '120 leech metadataData',
    '120 leech metadataData',
  ])
  assert.deepEqual(log.slice(10, 13), ['150 seed interested', '180 leech unchoked', '210 seed request'])
})

test('two that have nothing to say stay connected for days by their keep-alives', () => {
  const side = (role: 'dial' | 'accept'): Side => ({
    name: role,
    talk: new PeerTalk({ role, now: 0, setup: setup({ peerId: role === 'dial' ? ourId : theirId }) }),
    on: () => {},
  })
  const { log, now } = converse(side('dial'), side('accept'), 2 * 86_400_000)
  assert.deepEqual(log, ['30 accept opened', '60 dial opened', '60 dial extended', '90 accept extended'])
  assert.ok(now > 2 * 86_400_000 - 100_000)
})

test('when one falls silent the other goes after exactly three minutes of it', () => {
  const dial: Side = { name: 'dial', talk: new PeerTalk({ role: 'dial', now: 0, setup: setup() }), on: () => {} }
  const accept: Side = {
    name: 'accept',
    talk: new PeerTalk({ role: 'accept', now: 0, setup: setup({ peerId: theirId }) }),
    on: () => {},
  }
  const { log } = converse(dial, { ...accept, talk: deafAfter(accept.talk, 90) }, 1_000_000)
  assert.deepEqual(log.at(-1), '180060 dial closed bittorrent/silence')
})

/** A talk that says nothing any more from some time on. */
function deafAfter(talk: PeerTalk, at: number): PeerTalk {
  return {
    receive: (bytes: Uint8Array, now: number) => (now < at ? talk.receive(bytes, now) : undefined),
    tick: () => {},
    poll: () => talk.poll(),
    get deadline() {
      return undefined
    },
  } as unknown as PeerTalk
}
