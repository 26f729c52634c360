import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { Offered } from './offered.ts'

const [ann, bob] = ['aa'.repeat(32), 'bb'.repeat(32)]

class Line {
  closed = 0
  open(): void {}
  close(): void {
    this.closed++
  }
  get connection(): Connection {
    return this as unknown as Connection
  }
}

/** A game of TCP, offered to ann. */
async function world(connect: () => Promise<Connection>) {
  const host = {
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    keep: { get: () => undefined, set() {} },
    random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
    net: { connect },
  } as unknown as Host
  const offered = new Offered(host, new Set())
  const { id } = await offered.offer('Chess', { tcp: [4000], udp: [], announces: [] }, [ann])
  const join = (device: string): Promise<OurAnswer | undefined> =>
    offered.answer(device, {
      method: 'POST',
      target: `/games/${id}/tcp/4000`,
      signal: new AbortController().signal,
    } as unknown as PeerQuestion)
  return { offered, id, join }
}

test('a game is joined by who may, and nobody else learns that it is there', async () => {
  const { offered, join } = await world(async () => new Line().connection)
  assert.equal((await join(bob))?.status, 404)
  const answer = await join(ann)
  const inside = new Line()
  answer!.tunnel!(inside.connection)
  assert.deepEqual([inside.closed, offered.all.current[0]!.players], [0, [ann]])
})

test('who is put out while it joins does not come in', async () => {
  for (const how of ['grant', 'withdraw'] as const) {
    const game = new Line()
    const { offered, id, join } = await world(async () => game.connection)
    const answer = await join(ann)
    if (how === 'grant') offered.grant(id, [])
    else await offered.withdraw(id)
    const inside = new Line()
    answer!.tunnel!(inside.connection)
    assert.deepEqual([inside.closed, game.closed], [1, 1])
    assert.deepEqual(offered.all.current[0]?.players ?? [], [])
  }
})

test('one device does not open more connections to a game than any game has', async () => {
  let dialled = 0
  const never = Promise.withResolvers<Connection>()
  const { join } = await world(() => {
    dialled++
    return never.promise
  })
  const all = Array.from({ length: 100 }, () => join(ann))
  assert.equal((await Promise.race(all))?.status, 429)
  assert.equal(dialled, 64)
  never.reject(new Error('nobody is there'))
  assert.equal((await Promise.all(all)).filter((answer) => answer?.status === 502).length, 64)
  assert.equal((await join(ann))?.status, 502)
})
