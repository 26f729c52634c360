import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { concat } from '@kith/wire/bytes.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Conversation } from '../peers/conversation.ts'
import type { Ask } from '../wire/ask.ts'
import type { Bodies } from './bodies.ts'
import { Uploads } from './uploads.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const clock: Clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
const size = 1_000_000
/** Half of it are words, half are chance. */
let chance = 1
const bytes = new Uint8Array(size).map((_, at) => {
  chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0
  return at < size / 2 ? at % 50 : chance >>> 24
})

/** What somebody gets who asks so, and how it was announced. */
async function given(ask: Partial<Ask>): Promise<{ packed: boolean; length: number; sent: Uint8Array; ahead: number }> {
  const sent: Uint8Array[] = []
  let [packed, length, waiting, ahead] = [false, -1, 0, 0]
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const conversation = {
    party: { hub: { address: {} }, user: { nick: 'a', cid: 'a' } },
    ended: false,
    give: (_ask: Ask, count: number, zlib: boolean) => void ([length, packed] = [count, zlib]),
    connection: {
      send(part: Uint8Array, through: () => void) {
        // Whoever sends may not touch it before it is through.
        ahead = Math.max(ahead, ++waiting)
        setImmediate(() => {
          sent.push(part.slice())
          waiting--
          through()
        })
      },
    },
  } as unknown as Conversation
  const read = async (offset: number, into: Uint8Array): Promise<void> =>
    into.set(bytes.subarray(offset, offset + into.length))
  const bodies = { find: async () => ({ size, free: false, read }) } as unknown as Bodies
  const changed = (): void => {}
  const uploads = new Uploads({ clock, log, bodies, slots: () => 1, changed })
  uploads.asked(conversation, {
    kind: 'file',
    name: 'TTH/x',
    start: 0,
    bytes: -1,
    zlib: true,
    recursive: false,
    ...ask,
  })
  const look = (): void => {
    const had = concat(sent)
    const whole = packed ? attemptInflate(had)?.length : had.length
    if (length >= 0 && whole === length) resolve()
    else setImmediate(look)
  }
  look()
  await done
  return { packed, length, sent: concat(sent), ahead }
}

function attemptInflate(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(packed)
  } catch {
    return undefined
  }
}

test('what shrinks goes as one zlib stream to who asks for it so, whole or a part', async () => {
  for (const [start, count] of [
    [0, size],
    [123, 400_000],
    [0, 300],
  ] as const) {
    const { packed, length, sent, ahead } = await given({ start, bytes: count })
    assert.deepEqual([packed, length], [true, count])
    assert.deepEqual(new Uint8Array(inflateSync(sent)), bytes.subarray(start, start + count))
    assert.ok(ahead <= 3, `${ahead} pieces wait at once`)
  }
})

test('what does not shrink goes as it is, and so does all that nobody asked to be packed', async () => {
  for (const ask of [
    { start: size / 2, bytes: size / 2 },
    { start: 0, bytes: 100 },
    { start: 0, bytes: 400_000, zlib: false },
  ]) {
    const { packed, sent } = await given(ask)
    assert.equal(packed, false)
    assert.deepEqual(sent, bytes.slice(ask.start, ask.start + ask.bytes))
  }
})
