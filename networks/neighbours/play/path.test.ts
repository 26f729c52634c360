import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection, Datagrams, Endpoint, Net, Receiver } from '@kith/core/network/net.ts'
import { encodeRelayed } from '../wire/games.ts'
import { lendDatagrams } from './lend.ts'
import { openPath, type Path } from './path.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

interface Sent {
  readonly from: number
  readonly to: Endpoint
  readonly bytes: Uint8Array
}

/** A network on which nothing arrives by itself: what is sent is kept, and given on by hand. */
class World {
  now = 0
  #nextPort = 40_000
  readonly sent: Sent[] = []
  readonly #receivers = new Map<number, (from: Endpoint, bytes: Uint8Array) => void>()
  readonly #timers = new Set<{ at: number; act: () => void }>()
  readonly log = log
  readonly random = { number: () => 0, bytes: (length: number) => new Uint8Array(randomBytes(length)) }
  readonly clock = {
    now: (): number => this.now,
    after: (ms: number, act: () => void): Disposable => {
      const timer = { at: this.now + ms, act }
      this.#timers.add(timer)
      return { [Symbol.dispose]: () => void this.#timers.delete(timer) }
    },
  }
  readonly net = {
    datagrams: async ({ receive }: { receive: (from: Endpoint, bytes: Uint8Array) => void }): Promise<Datagrams> => {
      const port = this.#nextPort++
      this.#receivers.set(port, receive)
      return {
        local: { host: '127.0.0.1', port },
        send: (to: Endpoint, bytes: Uint8Array) => void this.sent.push({ from: port, to, bytes: bytes.slice() }),
        [Symbol.asyncDispose]: async () => void this.#receivers.delete(port),
      }
    },
  } as unknown as Net

  /** Sockets for datagrams. */
  get open(): number {
    return this.#receivers.size
  }

  give(port: number, from: Endpoint, bytes: Uint8Array): void {
    this.#receivers.get(port)?.(from, bytes.slice())
  }

  /** All that was sent arrives, until nothing more is. */
  deliver(): void {
    for (let one = this.sent.shift(); one !== undefined; one = this.sent.shift()) {
      this.give(one.to.port, { host: '10.0.0.1', port: one.from }, one.bytes)
    }
  }

  pass(ms: number): void {
    this.now += ms
    for (const timer of this.#timers) if (timer.at <= this.now && this.#timers.delete(timer)) timer.act()
  }
}

/** Two ends of one line inside a channel. */
function line(): readonly [Connection, Connection] {
  const receivers: (Receiver | undefined)[] = [undefined, undefined]
  const early: Uint8Array[][] = [[], []]
  const end = (own: 0 | 1): Connection =>
    ({
      remote: { host: '10.0.0.1', port: 1 },
      pending: 0,
      open(receiver: Receiver) {
        receivers[own] = receiver
        for (const bytes of early[own]!.splice(0)) receiver.receive(bytes)
      },
      send(bytes: Uint8Array) {
        const other = receivers[1 - own]
        if (other === undefined) early[1 - own]!.push(bytes)
        else other.receive(bytes)
      },
      close: () => {
        for (const receiver of receivers.splice(0)) receiver?.ended()
      },
    }) as unknown as Connection
  return [end(0), end(1)]
}

const quiet = { datagram() {}, said() {}, changed() {}, ended() {} }

async function paths(world: World, heard: (bytes: Uint8Array) => void): Promise<readonly [Path, Path]> {
  const [one, other] = line()
  const made = [
    await openPath(world, one, quiet),
    await openPath(world, other, { ...quiet, datagram: (bytes) => heard(bytes.slice()) }),
  ] as const
  world.pass(600)
  world.deliver()
  assert.deepEqual([made[0].mode, made[1].mode], ['direct', 'direct'])
  return made
}

const victim = { host: '198.51.100.9', port: 53 }

test('whoever has not the key hears nothing back, whatever he sends, and from wherever', async () => {
  const world = new World()
  await paths(world, () => assert.fail('nothing of that is for anybody'))
  for (const port of [40_000, 40_001]) {
    for (const length of [0, 1, 16, 17, 40, 1_200, 60_000]) {
      world.give(port, victim, randomBytes(length))
      world.give(port, victim, new Uint8Array(length))
    }
  }
  assert.equal(world.sent.length, 0)
})

test('what is caught and sent again from a victim’s address is answered to nobody', async () => {
  const world = new World()
  const heard: string[] = []
  const [one] = await paths(world, (bytes) => heard.push(bytes.toHex()))
  // A probe and a datagram, as somebody in between sees them.
  world.pass(1_600)
  one.send(Uint8Array.of(1, 2, 3))
  const caught = [...world.sent]
  assert.ok(caught.length >= 3)
  world.deliver()
  assert.deepEqual(heard, ['010203'])
  for (let count = 0; count < 100; count++) {
    for (const { to, bytes } of caught) {
      world.give(to.port, victim, bytes)
      const changed = bytes.slice()
      changed[count % changed.length]! ^= 1
      world.give(to.port, victim, changed)
    }
  }
  assert.equal(world.sent.length, 0)
  assert.deepEqual(heard, ['010203'])
  // The other side is still where it was.
  one.send(Uint8Array.of(4))
  assert.ok(world.sent.every(({ to }) => to.host === '10.0.0.1'))
})

test('a probe is answered by no more than it is long', async () => {
  const world = new World()
  await paths(world, () => {})
  world.pass(1_600)
  const [probe] = world.sent.splice(0)
  world.give(probe!.to.port, { host: '10.0.0.1', port: probe!.from }, probe!.bytes)
  assert.equal(world.sent.length, 1)
  assert.ok(world.sent[0]!.bytes.length <= probe!.bytes.length)
})

test('a lent game is reached at its own ports on this machine, and nothing else is sent anywhere', async () => {
  const world = new World()
  const [ours, theirs] = line()
  await lendDatagrams(world, { tcp: [], udp: [3_979] } as never, ours, () => {})
  const path = await openPath(world, theirs, quiet)
  // Inside the channel: the devices have not met by datagrams.
  for (const port of [53, 123, 1_900, 3_978, 3_979, 11_211]) {
    path.send(encodeRelayed({ kind: 'flow', flow: 1, port, bytes: Uint8Array.of(7) }))
  }
  path.send(encodeRelayed({ kind: 'announced', place: 0, bytes: Uint8Array.of(7) }))
  await new Promise((done) => setImmediate(done))
  assert.deepEqual(
    world.sent.filter(({ bytes }) => bytes.length === 1).map(({ to }) => to),
    [{ host: '127.0.0.1', port: 3_979 }],
  )
  // What comes to the port of that conversation from anybody but the game goes no further.
  const { from } = world.sent.find(({ bytes }) => bytes.length === 1)!
  const before = world.sent.length
  for (const stranger of [victim, { host: '127.0.0.1', port: 53 }, { host: '10.0.0.7', port: 3_979 }]) {
    world.give(from, stranger, new Uint8Array(1_000))
  }
  assert.equal(world.sent.length, before)
})

test('conversations without end do not open sockets without end', async () => {
  const world = new World()
  const [ours, theirs] = line()
  await lendDatagrams(world, { tcp: [], udp: [3_979] } as never, ours, () => {})
  const path = await openPath(world, theirs, quiet)
  for (let flow = 0; flow < 1_000; flow++) {
    path.send(encodeRelayed({ kind: 'flow', flow, port: 3_979, bytes: Uint8Array.of(7) }))
    await Promise.resolve()
  }
  for (let turns = 0; turns < 20; turns++) await new Promise((done) => setImmediate(done))
  // Two paths, and 64 conversations.
  assert.ok(world.open <= 66, `${world.open} sockets`)
})
