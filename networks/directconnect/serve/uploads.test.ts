import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Conversation } from '../peers/conversation.ts'
import type { Refusal } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { Bodies } from './bodies.ts'
import { Uploads } from './uploads.ts'

const large: Ask = { kind: 'file', name: 'TTH/large', start: 0, bytes: 4_000_000, zlib: false, recursive: false }
const small: Ask = { kind: 'file', name: 'TTH/small', start: 0, bytes: -1, zlib: false, recursive: false }
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

/** Somebody who asks; what is sent to them waits until `take`. */
class Somebody {
  readonly said: (Refusal | { readonly kind: 'given'; readonly bytes: number })[] = []
  readonly #unsent: (() => void)[] = []
  received = 0
  closed = false
  readonly conversation: Conversation

  constructor(nick: string) {
    const somebody = (): Somebody => this
    this.conversation = {
      party: { hub: { address: {} }, user: { nick, cid: nick } },
      get ended() {
        return somebody().closed
      },
      give: (_ask: Ask, bytes: number) => void this.said.push({ kind: 'given', bytes }),
      refuse: (refusal: Refusal) => void this.said.push(refusal),
      close: () => void (this.closed = true),
      connection: {
        send: (bytes: Uint8Array, sent: () => void) => {
          this.received += bytes.length
          this.#unsent.push(sent)
        },
      },
    } as unknown as Conversation
  }

  /** Lets everything through that was sent, until nothing more comes. */
  async take(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      if (this.#unsent.length > 0) quiet = 0
      for (const sent of this.#unsent.splice(0)) sent()
      await settled()
    }
  }
}

function setting(slots: number): { uploads: Uploads; pass(ms: number): void } {
  let now = 1_000_000
  const clock: Clock = { now: () => now, after: () => ({ [Symbol.dispose]() {} }) }
  const bodies = {
    find: async ({ name }: Ask) =>
      name === 'TTH/large'
        ? { size: 4_000_000, free: false, read: async () => {} }
        : name === 'TTH/small'
          ? { size: 10, free: true, read: async () => {} }
          : undefined,
  } as unknown as Bodies
  const uploads = new Uploads({ clock, log, bodies, slots: () => slots, changed: () => {} })
  return { uploads, pass: (ms) => void (now += ms) }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('a slot for each, a place in the queue for the others, and small things without', async () => {
  const { uploads, pass } = setting(1)
  const [first, second, third] = [new Somebody('1'), new Somebody('2'), new Somebody('3')]
  uploads.asked(first.conversation, large)
  await settled()
  uploads.asked(second.conversation, large)
  uploads.asked(third.conversation, large)
  await settled()
  assert.deepEqual(first.said, [{ kind: 'given', bytes: 4_000_000 }])
  assert.deepEqual(second.said, [{ kind: 'busy', place: 1 }])
  assert.deepEqual(third.said, [{ kind: 'busy', place: 2 }])
  assert.equal(uploads.freeSlots, 0)
  uploads.asked(third.conversation, small)
  await third.take()
  assert.equal(third.received, 10)

  assert.ok(first.received < 4_000_000, 'no more is read than can be sent')
  await first.take()
  assert.equal(first.received, 4_000_000)
  uploads.asked(first.conversation, large)
  await settled()
  assert.equal(first.said.length, 2, 'a slot is held for the next question')
  await first.take()
  pass(30_000)
  uploads.asked(third.conversation, large)
  await settled()
  assert.deepEqual(third.said.at(-1), { kind: 'busy', place: 2 }, 'who came first goes first')
  uploads.asked(second.conversation, large)
  await settled()
  assert.equal(second.said.at(-1)?.kind, 'given')
})

test('a slot that is held for the next question is given up at once when somebody else wants it', async () => {
  const { uploads } = setting(1)
  const [first, second] = [new Somebody('1'), new Somebody('2')]
  uploads.asked(first.conversation, large)
  await settled()
  await first.take()
  assert.equal(uploads.freeSlots, 0, 'it is held')
  uploads.asked(second.conversation, large)
  await settled()
  assert.equal(second.said.at(-1)?.kind, 'given')
  uploads.asked(first.conversation, large)
  await settled()
  assert.deepEqual(first.said.at(-1), { kind: 'busy', place: 1 })
})

test('who is in the middle of a file keeps the slot, and who had the end of it only for a moment while others wait', async () => {
  const { uploads, pass } = setting(1)
  const [first, second] = [new Somebody('1'), new Somebody('2')]
  uploads.asked(first.conversation, { ...large, bytes: 2_000_000 })
  await settled()
  await first.take()
  pass(10_000)
  uploads.asked(second.conversation, large)
  await settled()
  assert.deepEqual(second.said.at(-1), { kind: 'busy', place: 1 })
  uploads.asked(first.conversation, { ...large, start: 2_000_000, bytes: 2_000_000 })
  await settled()
  await first.take()
  // Who goes on with the next file does so within the moment.
  uploads.asked(first.conversation, large)
  await settled()
  assert.equal(first.said.at(-1)?.kind, 'given')
  await first.take()
  pass(1_001)
  assert.equal(uploads.freeSlots, 1)
  uploads.asked(second.conversation, large)
  await settled()
  assert.equal(second.said.at(-1)?.kind, 'given')
})

test('a slot goes with the conversation that held it', async () => {
  const { uploads } = setting(1)
  const [first, second] = [new Somebody('1'), new Somebody('2')]
  uploads.asked(first.conversation, { ...large, bytes: 2_000_000 })
  await settled()
  await first.take()
  uploads.asked(second.conversation, large)
  await settled()
  assert.equal(second.said.at(-1)?.kind, 'busy')
  first.closed = true
  uploads.ended(first.conversation)
  uploads.asked(second.conversation, large)
  await settled()
  assert.equal(second.said.at(-1)?.kind, 'given')
})

test('who asks again before the answer is through is let go, and so is nobody else', async () => {
  const { uploads } = setting(3)
  const [greedy, other] = [new Somebody('1'), new Somebody('2')]
  uploads.asked(other.conversation, large)
  for (let times = 0; times < 1_000; times++) uploads.asked(greedy.conversation, large)
  await settled()
  assert.ok(greedy.closed && !other.closed)
  assert.ok(greedy.said.length <= 1)
})

test('one user has one slot, however often he comes, and the queue has an end', async () => {
  const { uploads } = setting(2)
  const same = Array.from({ length: 1_000 }, () => new Somebody('1'))
  for (const [at, one] of same.entries()) uploads.asked(one.conversation, { ...large, start: at })
  await settled()
  assert.equal(same.filter(({ said }) => said.some(({ kind }) => kind === 'given')).length, 1)
  assert.equal(uploads.freeSlots, 1)
  const [second, third] = [new Somebody('2'), new Somebody('3')]
  for (const one of [second, third]) uploads.asked(one.conversation, large)
  await settled()
  assert.deepEqual(
    [second, third].map(({ said }) => said[0]?.kind),
    ['given', 'busy'],
    'he who has a slot is not before them',
  )
  const many = Array.from({ length: 2_000 }, (_, at) => new Somebody(`many ${at}`))
  for (const one of many) uploads.asked(one.conversation, large)
  await settled()
  const places = many.map(({ said }) => (said[0]?.kind === 'busy' ? said[0].place : 0) ?? 0)
  assert.ok(Math.max(...places) <= 501, `${Math.max(...places)}`)
})

test('who asks for the same again and again is refused, while others get it, and an hour later he does', async () => {
  const { uploads, pass } = setting(3)
  const [again, other] = [new Somebody('1'), new Somebody('2')]
  const ask = async (somebody: Somebody, what: Ask): Promise<void> => {
    uploads.asked(somebody.conversation, what)
    await settled()
    await somebody.take()
  }
  for (let times = 0; times < 1_000; times++) await ask(again, times % 2 === 0 ? large : small)
  const given = (somebody: Somebody): number => somebody.said.filter(({ kind }) => kind === 'given').length
  assert.equal(given(again), 60)
  assert.ok(!again.closed)
  await ask(other, large)
  assert.equal(given(other), 1)
  await ask(again, { ...large, start: 500_000, bytes: 500_000 })
  assert.equal(given(again), 61, 'another part is another matter')
  pass(61 * 60_000)
  await ask(again, large)
  assert.equal(given(again), 62)
})

test('what we do not have, or not all of, is refused', async () => {
  const { uploads } = setting(3)
  const somebody = new Somebody('1')
  for (const ask of [
    { ...large, name: '../../etc/passwd' },
    { ...large, start: 3_999_999, bytes: 2 },
    { ...large, start: 2 ** 50, bytes: -1 },
  ]) {
    uploads.asked(somebody.conversation, ask)
    await settled()
  }
  assert.deepEqual(somebody.said, [{ kind: 'absent' }, { kind: 'absent' }, { kind: 'absent' }])
})
