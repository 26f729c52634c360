import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeMessage } from '../wire/peer.ts'
import { PeerTalk } from './peer-talk.ts'
import { drain, handshakeOf, hear, opened, setup } from './test-kit/talks.ts'

test('a handshake that dribbles in ends after exactly 10 seconds', () => {
  const talk = new PeerTalk({ role: 'accept', setup: setup(), now: 1_000 })
  const greeting = handshakeOf()
  for (let second = 0; second < 10; second++)
    talk.receive(greeting.subarray(second, second + 1), 1_000 + second * 1_000)
  assert.equal(talk.deadline, 11_000)
  talk.tick(10_999)
  assert.equal(drain(talk).closed, undefined)
  talk.tick(11_000)
  assert.deepEqual(drain(talk).closed, {
    kind: 'gone',
    code: 'bittorrent/handshake-timeout',
    message: 'It did not finish its greeting in time',
  })
})

test('silence ends the talk after exactly 180 seconds, and we are not silent meanwhile', () => {
  const talk = opened()
  assert.equal(talk.deadline, 100_000)
  talk.tick(99_999)
  assert.equal(drain(talk).sent.length, 0)
  talk.tick(100_000)
  assert.deepEqual(drain(talk).sent, new Uint8Array(4))
  assert.equal(talk.deadline, 180_000)
  talk.tick(179_999)
  assert.equal(drain(talk).closed, undefined)
  talk.tick(180_000)
  assert.equal(drain(talk).closed?.code, 'bittorrent/silence')
})

test('a keep-alive of the peer begins its silence anew, a word of ours our own', () => {
  const talk = opened()
  hear(talk, { kind: 'keepAlive' }, 90_000)
  talk.tellInterested()
  drain(talk)
  assert.equal(talk.deadline, 190_000)
  talk.tick(190_000)
  assert.equal(drain(talk).sent.length, 4)
  assert.equal(talk.deadline, 270_000)
})

test('a message that never ends ends the talk 60 seconds after it began', () => {
  const talk = opened()
  const message = encodeMessage({ kind: 'have', piece: 1 })
  talk.receive(message.subarray(0, 1), 5_000)
  talk.receive(message.subarray(1, 2), 30_000)
  assert.equal(talk.deadline, 65_000)
  talk.tick(65_000)
  assert.equal(drain(talk).closed?.code, 'bittorrent/dribble')
})

test('each message has its own 60 seconds', () => {
  const talk = opened()
  const message = encodeMessage({ kind: 'have', piece: 1 })
  const two = Uint8Array.from([...message.subarray(3), ...message.subarray(0, 3)])
  talk.receive(message.subarray(0, 3), 0)
  talk.receive(two, 50_000)
  assert.equal(talk.deadline, 100_000)
  assert.equal(drain(talk).events.length, 1)
  talk.tick(100_000)
  assert.equal(drain(talk).closed, undefined)
  assert.equal(talk.deadline, 110_000)
})

test('a block that dribbles is not the talk’s matter', () => {
  const talk = opened()
  talk.request(0, 0, 16_384)
  drain(talk)
  const header = encodeMessage({ kind: 'piece', piece: 0, begin: 0, block: new Uint8Array(16_384) })
  for (let second = 0; second < 99; second++)
    talk.receive(header.subarray(second * 20, second * 20 + 20), second * 1_000)
  assert.equal(talk.deadline, 100_000)
})

test('a flood of messages that say nothing ends the talk; spread over time they do not', () => {
  const calm = opened()
  for (let second = 0; second < 60; second++) {
    for (let count = 0; count < 500; count++) calm.receive(new Uint8Array(4), second * 1_000)
  }
  assert.equal(calm.stage, 'open')
  const flooded = opened()
  flooded.receive(new Uint8Array(4 * 5_000), 0)
  assert.equal(flooded.stage, 'open')
  flooded.receive(new Uint8Array(4), 9_999)
  assert.equal(drain(flooded).closed?.code, 'bittorrent/flood')
})
