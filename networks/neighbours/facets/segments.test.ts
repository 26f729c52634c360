import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Lines } from '../lines.ts'
import { keptSegments } from '../segment/kept.ts'
import { OWNER } from '../segment/owned.ts'
import { OwnSegments } from './segments.ts'

const [self, ann, bob] = ['00', '11', '22'].map((digits) => digits.repeat(32)) as [string, string, string]

test('the place of a member is kept before it is told, so that it is the same after a crash', async () => {
  const kept = new Map<string, Uint8Array>()
  const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
  const host = {
    clock,
    random: { bytes: (length: number) => new Uint8Array(length).fill(7), number: () => 0.5 },
    net: { attached: () => [] },
    log: { warn() {}, error() {} },
    keep: {
      get: (key: string) => kept.get(key),
      set: (key: string, bytes: Uint8Array | undefined) =>
        void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
    },
    taps: {
      clear: async () => {},
      open: async () => ({ name: 'kith1', send() {}, [Symbol.asyncDispose]: async () => {} }),
    },
  } as unknown as Host
  await using segments = new OwnSegments(host, {} as Lines, self)
  segments.begin()
  const { id } = await segments.create('Duel', [ann, bob])
  const ask = { method: 'POST', target: `/segments/${id}/frames` } as PeerQuestion
  for (const device of [bob, ann]) assert.equal((await segments.answer(device, ask))?.status, 200)
  const [own] = keptSegments(host.keep).own
  assert.deepEqual(
    [...own!.hosts],
    [
      [bob, OWNER + 1],
      [ann, OWNER + 2],
    ],
  )
})
