import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { metadataPieceSize } from '../wire/extended.ts'
import { longestInfo } from '../wire/limits.ts'
import { MetadataExchange } from './metadata-exchange.ts'
import type { Session } from './session.ts'

const info = Uint8Array.from({ length: metadataPieceSize * 3 + 5 }, (_, at) => at * 3)
const pieceOf = (piece: number): Uint8Array => info.subarray(piece * metadataPieceSize, (piece + 1) * metadataPieceSize)

interface Holder {
  readonly session: Session
  readonly asked: number[]
}

/** An exchange that looks for `info`, and peers that say that they have something of a length. */
function world() {
  const clock = new Hours()
  const found: Uint8Array[] = []
  const deceivers: Session[] = []
  const exchange = new MetadataExchange({
    infoHash: hash('sha1', info),
    clock,
    info: () => found[0],
    found: (one) => found.push(one),
    deceived: (by) => deceivers.push(by),
  })
  const holder = (metadataSize = info.length): Holder => {
    const asked: number[] = []
    const talk = { metadataSize, requestMetadata: (piece: number) => void asked.push(piece) }
    const session = { talk, flush() {}, close() {} } as unknown as Session
    exchange.ask(session)
    return { session, asked }
  }
  /** Time goes on, second by second. */
  const pass = (seconds: number, each = (): void => {}): void => {
    for (let at = 0; at < seconds; at++) {
      clock.go(1_000)
      each()
      exchange.tick()
    }
  }
  return { exchange, holder, pass, found, deceivers }
}

const isAsked = ({ asked }: Holder): boolean => asked.length > 0

test('eight are asked at once, and the next when one of them left or deceived us; the first that is right ends it', () => {
  const { exchange, holder, found, deceivers } = world()
  const all = Array.from({ length: 12 }, () => holder())
  assert.equal(all.filter(isAsked).length, 8)
  exchange.left(all[0]!.session)
  for (let piece = 0; piece < 4; piece++)
    exchange.arrived(all[1]!.session, piece, new Uint8Array(pieceOf(piece).length))
  assert.deepEqual(deceivers, [all[1]!.session])
  exchange.left(all[1]!.session)
  assert.equal(all.filter(isAsked).length, 10)
  for (let piece = 0; piece < 4; piece++) exchange.arrived(all[2]!.session, piece, pieceOf(piece))
  assert.deepEqual(found, [info])
  exchange.left(all[3]!.session)
  assert.equal(all.filter(isAsked).length, 10)
})

test('who says nothing, or gives less than a piece a second, makes way for others, and for nobody else', () => {
  const { exchange, holder, pass } = world()
  const slow = Array.from({ length: 8 }, () => holder())
  pass(600, () => {})
  assert.ok(slow.every(({ asked }) => asked.length === 4))
  const other = holder()
  pass(1)
  assert.ok(isAsked(other))
  // The eight wait now, and take their turns again.
  pass(100)
  assert.ok(slow.some(({ asked }) => asked.length === 8))
  exchange.left(other.session)
})

test('who refuses is asked again after a minute', () => {
  const { exchange, holder, pass } = world()
  const one = holder()
  exchange.refused(one.session)
  pass(59)
  assert.equal(one.asked.length, 4)
  pass(2)
  assert.equal(one.asked.length, 8)
})

test('those who claim that it is very long are asked one at a time, and hold up nobody else', () => {
  const { holder } = world()
  const boasters = Array.from({ length: 5 }, () => holder(longestInfo))
  assert.equal(boasters.filter(isAsked).length, 1)
  assert.ok(isAsked(holder()))
})
