import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import { blockSize, type LanePort } from '@kith/core/transfer/lane.ts'
import { Frames } from './frames.ts'
import { Requests } from './requests.ts'

/** A peer that may be asked for any number of blocks, one after another. */
function peer() {
  let now = 0
  const clock: Clock = { now: () => now, after: () => ({ [Symbol.dispose]() {} }) }
  const claimed = new Set<number>()
  let next = 0
  const port: LanePort = {
    wanted: true,
    get claimed() {
      return claimed.size
    },
    supply() {},
    supplyAll() {},
    supplyAnew() {},
    claim(count, into) {
      for (let at = 0; at < count; at++, next++) {
        claimed.add(next * blockSize)
        into.push({ offset: next * blockSize, length: blockSize })
      }
      return count
    },
    place: () => undefined,
    takeCell: () => undefined,
    delivered: (offset) => void claimed.delete(offset),
    refused: (offset) => void claimed.delete(offset),
    putBack: () => claimed.clear(),
    [Symbol.dispose]() {},
  }
  const talk = { choked: false, amInterested: true, reqq: 5_000, request() {}, abandon() {} }
  const requests = new Requests({ talk, port, pieceLength: 1024 * 1024, clock })
  return { requests, claimed, pass: (ms: number) => (now += ms), now: () => now }
}

/** How many blocks are asked for at once of a peer that delivers as many a second, four seconds after it was asked. */
function steady(first: (requests: Requests) => void): number {
  const { requests, claimed, pass, now } = peer()
  requests.fill()
  first(requests)
  for (let second = 0; second < 60; second++) {
    pass(4_000)
    const due = [...claimed]
    for (const offset of due) requests.delivered(offset, blockSize)
    requests.tick(now(), 100 * blockSize)
  }
  return claimed.size
}

test('the delay is measured although the block that it was measured by was refused, or came from elsewhere', () => {
  const usual = steady(() => {})
  assert.ok(usual > 400, `${usual}: what comes in four seconds at least`)
  assert.equal(
    steady((requests) => requests.refused(0, blockSize)),
    usual,
  )
  assert.equal(
    steady((requests) => requests.cancelled(0)),
    usual,
  )
})

test('a peer that owes us blocks for half a minute is asked for one at a time until it delivers', () => {
  const { requests, claimed, pass, now } = peer()
  requests.fill()
  assert.equal(claimed.size, 32)
  pass(29_999)
  assert.equal(requests.tick(now(), 0), false)
  pass(1)
  assert.equal(requests.tick(now(), 0), true)
  assert.equal(claimed.size, 0)
  requests.fill()
  assert.equal(claimed.size, 1)
  assert.ok(requests.snubbed)
  requests.delivered([...claimed][0]!, blockSize)
  assert.ok(!requests.snubbed && claimed.size > 4)
})

test('a frame that is free goes to the next who needs it, past those who do not any more', () => {
  const frames = new Frames()
  const leased: { release(): void }[] = []
  for (let frame = frames.lease(); frame !== undefined; frame = frames.lease()) leased.push(frame)
  let served = 0
  for (let at = 0; at < 20; at++) frames.wait(() => {})
  frames.wait(() => {
    served++
    assert.ok(frames.lease())
  })
  leased.pop()!.release()
  assert.equal(served, 1)
})
