import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Http } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Datagrams, DatagramOptions, Endpoint } from '@kith/core/network/net.ts'
import { encode } from '@kith/wire/bencode.ts'
import { decodeUdpRequest, encodeUdpResponse } from '../wire/udp-tracker.ts'
import type { Announcer } from './announcer.ts'
import { announcer } from './announcer.ts'
import { UdpTrackers } from './udp.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const infoHash = new Uint8Array(20).fill(7)
const minute = 60_000

/** Time that stands still until it is told to pass. */
class HandClock implements Clock {
  #now = 1_000_000
  #timers: { at: number; callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback }
    this.#timers.push(timer)
    return { [Symbol.dispose]: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) }
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = next.at
      next.callback()
    }
    this.#now = end
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

type Answer = Record<string, unknown> | Error | 'silence'
const ok: Answer = { interval: 1_800, complete: 2, incomplete: 1, peers: Uint8Array.of(10, 0, 0, 9, 0x1a, 0xe1) }

/** An announcer of one torrent, and trackers that answer as they are told to. */
function world(
  tiers: readonly (readonly string[])[],
  scheme: 'http' | 'udp' = 'http',
): {
  clock: HandClock
  asked: { name: string; event: string | null; path: string }[]
  answers: Map<string, Answer | Promise<Answer>>
  found: Endpoint[]
  state: { left: number; lonely: boolean }
  of: Announcer
} {
  const clock = new HandClock()
  const asked: { name: string; event: string | null; path: string }[] = []
  const answers = new Map<string, Answer | Promise<Answer>>()
  const found: Endpoint[] = []
  const state = { left: 100, lonely: false }
  const http: Pick<Http, 'request'> = {
    async request({ url, signal }) {
      const { hostname, pathname, searchParams } = new URL(url)
      asked.push({ name: hostname, event: searchParams.get('event'), path: pathname })
      const answer = await answers.get(pathname === '/scrape' ? `${hostname}/scrape` : hostname)
      if (answer === undefined) throw fail('gone', 'net/refused', 'Nobody listens at that address')
      if (answer instanceof Error) throw answer
      if (answer === 'silence')
        return new Promise<never>((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        )
      const body = encode(answer as never)
      return {
        status: 200,
        headers: {},
        url,
        body: (async function* () {
          yield body
        })(),
      }
    },
  }
  // Each transaction has a number of its own, as if by chance.
  let drawn = 0
  const random = { number: () => drawn++ / 2 ** 32, bytes: (length: number) => new Uint8Array(length) }
  const net = { datagrams: async (options: DatagramOptions) => udpTrackers(options, asked, answers) }
  const of = announcer(
    {
      clock,
      random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
      http: http as Http,
      names: { resolve: async (name) => [name] },
      log: silent,
      udp: new UdpTrackers({ clock, random, net: net as never }),
    },
    {
      infoHash,
      peerId: new Uint8Array(20),
      port: 6881,
      tiers: tiers.map((tier) => tier.map((name) => `${scheme}://${name}/announce`)),
      left: () => state.left,
      moved: () => ({ down: 0, up: 0 }),
      found: (peers) => found.push(...peers),
      lonely: () => state.lonely,
    },
  )
  return { clock, asked, answers, found, state, of }
}

/** Trackers over UDP that answer those who are to be answered. */
function udpTrackers(
  { receive }: DatagramOptions,
  asked: { name: string; event: string | null; path: string }[],
  answers: ReadonlyMap<string, unknown>,
): Datagrams {
  return {
    send(to, bytes) {
      const request = decodeUdpRequest(bytes)
      const { transaction } = request
      if (request.kind === 'announce') asked.push({ name: to.host, event: request.event ?? null, path: '/announce' })
      if (answers.get(to.host) !== ok || request.kind === 'scrape') return
      const answer =
        request.kind === 'connect'
          ? encodeUdpResponse({ kind: 'connect', transaction, connection: 7n }, 4)
          : encodeUdpResponse({ kind: 'announce', transaction, announced: { interval: 1_800, peers: [] } }, 4)
      setImmediate(() => receive(to, answer))
    },
  } as Datagrams
}

const names = (asked: readonly { name: string; path: string }[]): string[] =>
  asked.filter(({ path }) => path === '/announce').map(({ name }) => name)

test('within a tier one works and the others are spared; the next tier rests while one works (BEP 12)', async () => {
  const { clock, asked, answers, found, of } = world([['a', 'b'], ['c']])
  for (const name of ['a', 'b', 'c']) answers.set(name, ok)
  await clock.pass(10 * minute)
  assert.equal(new Set(names(asked)).size, 1)
  assert.ok(['a', 'b'].includes(names(asked)[0]!))
  assert.deepEqual(found, [{ host: '10.0.0.9', port: 6881 }])
  assert.deepEqual(
    of
      .list()
      .map(({ state }) => state)
      .toSorted(),
    ['attached', 'idle', 'idle'],
  )
})

test('a tier that fails gives way to the next, and is tried again later', async () => {
  const { clock, asked, answers, of } = world([['a'], ['c']])
  answers.set('c', ok)
  await clock.pass(1_000)
  assert.deepEqual(names(asked), ['a', 'c'])
  assert.deepEqual(
    of.list().map(({ state, fault }) => [state, fault?.code]),
    [
      ['failed', 'net/refused'],
      ['attached', undefined],
    ],
  )
  answers.set('a', ok)
  await clock.pass(minute)
  assert.deepEqual(names(asked), ['a', 'c', 'a'])
})

test('one that does not answer is not waited for alone', async () => {
  const { clock, asked, answers } = world([['a'], ['b'], ['c']])
  answers.set('a', 'silence')
  answers.set('b', ok)
  answers.set('c', ok)
  await clock.pass(4_000)
  assert.deepEqual(names(asked), ['a'])
  await clock.pass(2_000)
  assert.deepEqual(names(asked), ['a', 'b'])
})

test('a tracker that says when to come back is believed; one that says never is not asked again (BEP 31)', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', { 'failure reason': 'busy', 'retry in': 60 })
  answers.set('b', { 'failure reason': 'gone', 'retry in': 'never' })
  await clock.pass(59 * minute)
  assert.deepEqual(names(asked), ['a', 'b'])
  assert.equal(of.list()[1]!.nextAt, undefined)
  assert.equal(of.list()[1]!.fault?.message, 'The tracker says: gone')
  await clock.pass(2 * minute)
  assert.deepEqual(names(asked), ['a', 'b', 'a'])
  await clock.pass(24 * 60 * minute)
  assert.equal(names(asked).filter((name) => name === 'b').length, 1)
})

test('a scrape tells how often it was fetched, half an hour apart at least, and nothing hangs on it (BEP 48)', async () => {
  const { clock, asked, answers, of } = world([['a']])
  answers.set('a', { ...ok, interval: 600 })
  await clock.pass(1_000)
  assert.equal(of.list()[0]!.note, '2 seeds, 1 others, 1 peers told')
  assert.equal(of.list()[0]!.state, 'attached')
  answers.set('a/scrape', {
    files: new Map([[infoHash, { complete: 5, incomplete: 6, downloaded: 1_000 }]]),
  })
  await clock.pass(29 * minute)
  assert.equal(asked.filter(({ path }) => path === '/scrape').length, 1)
  await clock.pass(2 * minute)
  assert.equal(of.list()[0]!.note, '5 seeds, 6 others, fetched 1000 times, 1 peers told')
})

test('begin, completion and end are told once each, to those that were greeted', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', ok)
  await clock.pass(1_000)
  of.completed()
  await clock.pass(minute)
  const leaving = of[Symbol.asyncDispose]()
  await clock.pass(5_000)
  await leaving
  const events = asked.filter(({ path }) => path === '/announce').map(({ name, event }) => `${name} ${event}`)
  assert.deepEqual(events, ['a started', 'a completed', 'a stopped'])
})

test('who knows nobody asks again sooner, ever more patiently', async () => {
  const { clock, asked, answers, state } = world([['a']])
  answers.set('a', ok)
  state.lonely = true
  await clock.pass(15 * minute)
  const lonely = names(asked).length
  assert.ok(lonely >= 5 && lonely <= 8, `${lonely} times in a quarter of an hour`)
  state.lonely = false
  await clock.pass(60 * minute)
  const after = names(asked).length
  await clock.pass(29 * minute)
  assert.ok(names(asked).length - after <= 1)
})

test('where the tracker that works is taken away, the next is asked at once', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  for (const name of ['a', 'b']) answers.set(name, ok)
  await clock.pass(minute)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'b started'])
})

test('a completion is told also to a tracker that has just been asked for the first time, and to none that knew no lack', async () => {
  const { clock, asked, answers, of, state } = world([['slow']])
  await using _announcer = of
  const answer = Promise.withResolvers<Answer>()
  answers.set('slow', answer.promise)
  await clock.pass(0)
  state.left = 0
  of.completed()
  answer.resolve(ok)
  await clock.pass(minute)
  const events = (): (string | null)[] => asked.filter(({ path }) => path === '/announce').map(({ event }) => event)
  assert.deepEqual(events(), ['started', 'completed'])
  // After a recheck it is complete once more, which is no news.
  of.completed()
  await clock.pass(minute)
  assert.deepEqual(events(), ['started', 'completed'])
})

test('a tracker that first answers when all is here is greeted, and told of no completion', async () => {
  const { clock, asked, answers, of, state } = world([['late']])
  await using _announcer = of
  const answer = Promise.withResolvers<Answer>()
  answers.set('late', answer.promise)
  await clock.pass(0)
  state.left = 0
  of.completed()
  answer.resolve(new Error('it is busy'))
  await clock.pass(1_000)
  answers.set('late', ok)
  await clock.pass(5 * minute)
  assert.deepEqual(
    asked.filter(({ path }) => path === '/announce').map(({ event }) => event),
    ['started', 'started'],
  )
})

const events = (asked: readonly { name: string; event: string | null; path: string }[]): string[] =>
  asked.filter(({ path }) => path === '/announce').map(({ name, event }) => `${name} ${event}`)

for (const scheme of ['http', 'udp'] as const) {
  test(`a tracker that is taken away hears once that we are gone, if it ever heard of us: ${scheme}`, async () => {
    const { clock, asked, answers, of } = world([['10.0.0.1'], ['10.0.0.2']], scheme)
    for (const name of ['10.0.0.1', '10.0.0.2']) answers.set(name, ok)
    await clock.pass(minute)
    assert.deepEqual(events(asked), ['10.0.0.1 started'])
    // The second was never asked.
    of.remove(`${scheme}://10.0.0.2/announce`)
    of.remove(`${scheme}://10.0.0.1/announce`)
    of.remove(`${scheme}://10.0.0.1/announce`)
    assert.deepEqual(of.list(), [])
    await clock.pass(10 * minute)
    const leaving = of[Symbol.asyncDispose]()
    await clock.pass(5_000)
    await leaving
    assert.deepEqual(events(asked), ['10.0.0.1 started', '10.0.0.1 stopped'])
  })
}

test('one that is taken away while it is greeted hears of the end after that, and nothing waits for it', async () => {
  const { clock, asked, answers, found, of } = world([['slow'], ['next']])
  const answer = Promise.withResolvers<Answer>()
  answers.set('slow', answer.promise)
  answers.set('next', ok)
  await clock.pass(1_000)
  of.remove('http://slow/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['slow started', 'next started'])
  const before = found.length
  answer.resolve({ ...ok, peers: Uint8Array.of(10, 0, 0, 99, 0x1a, 0xe1) })
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['slow started', 'next started', 'slow stopped'])
  assert.equal(found.length, before)
})

test('one that is put back hears the goodbye before it is greeted again', async () => {
  const { clock, asked, answers, of } = world([['a']])
  answers.set('a', ok)
  await clock.pass(1_000)
  const answer = Promise.withResolvers<Answer>()
  answers.set('a', answer.promise)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  of.add('http://a/announce')
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped'])
  answers.set('a', ok)
  answer.resolve(ok)
  await clock.pass(1_000)
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'a started'])
  assert.equal(of.list()[0]!.state, 'attached')
})

test('a silent tracker that was taken away does not hold up the end of the torrent', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  answers.set('a', ok)
  await clock.pass(1_000)
  answers.set('a', 'silence')
  answers.set('b', ok)
  of.remove('http://a/announce')
  await clock.pass(1_000)
  let over = false
  const leaving = of[Symbol.asyncDispose]().then(() => (over = true))
  await clock.pass(1_999)
  assert.equal(over, false)
  await clock.pass(1)
  await leaving
  assert.deepEqual(events(asked), ['a started', 'a stopped', 'b started', 'b stopped'])
})

test('who was lonely when it asked, and is no more, waits as long as the tracker likes', async () => {
  const { clock, asked, answers, state, of } = world([['a']])
  await using _announcer = of
  answers.set('a', ok)
  // The peers of the answer are dialled only then.
  state.lonely = true
  await clock.pass(1_000)
  state.lonely = false
  await clock.pass(29 * minute)
  assert.equal(names(asked).length, 1)
  await clock.pass(2 * minute)
  assert.equal(names(asked).length, 2)
  of.announce()
  await clock.pass(minute)
  assert.equal(names(asked).length, 3)
})

test('a completion is told when the tracker wants to hear from us, also where that is later', async () => {
  const { clock, asked, answers, of } = world([['a']])
  await using _announcer = of
  answers.set('a', { ...ok, interval: 600 })
  await clock.pass(minute)
  answers.set('a', { 'failure reason': 'busy', 'retry in': 60 })
  await clock.pass(10 * minute)
  assert.equal(names(asked).length, 2)
  answers.set('a', ok)
  of.completed()
  await clock.pass(30 * minute)
  assert.equal(names(asked).length, 2)
  await clock.pass(40 * minute)
  assert.deepEqual(events(asked), ['a started', 'a null', 'a completed'])
})

test('a tracker that worked while a better one did not rests once that one works again', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  await using _announcer = of
  answers.set('b', ok)
  await clock.pass(1_000)
  answers.set('a', ok)
  await clock.pass(10 * minute)
  assert.deepEqual(events(asked), ['a started', 'b started', 'a started'])
  const [a, b] = of.list()
  assert.deepEqual([a!.state, b!.state, b!.nextAt], ['attached', 'idle', undefined])
})

test('however long there was no network, trackers are asked minutes after there is one; who refused is left alone longer', async () => {
  const { clock, asked, answers, of } = world([['a'], ['b']])
  await using _announcer = of
  answers.set('a', fail('unavailable', 'net/name-unknown', 'The name cannot be resolved'))
  await clock.pass(390 * minute)
  assert.ok(names(asked).filter((name) => name === 'b').length < 15)
  answers.set('a', ok)
  await clock.pass(5 * minute)
  assert.equal(of.list()[0]!.state, 'attached')
})
