import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fault, FaultError, fail } from '@kith/core/fault/fault.ts'
import type { Carriers } from '@kith/core/network/carriers.ts'
import type { Channel } from '@kith/core/network/channel.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { Place } from '@kith/core/transfer/storage.ts'
import { bulkBeside } from '@kith/neighbours/data/bulk-give.ts'
import type { BulkLine } from '@kith/neighbours/data/bulk-take.ts'
import { DataDesk } from '@kith/neighbours/data/desk.ts'
import { dialBulk } from '@kith/neighbours/data/dial.ts'
import type { Held } from '@kith/neighbours/data/give.ts'
import { encodeDataOffer } from '@kith/neighbours/wire/data.ts'
import { formatRanges } from '@kith/neighbours/wire/ranges.ts'
import { concat, equal, utf8 } from '@kith/wire/bytes.ts'
import { withLength } from '@kith/wire/framing.ts'
import { streamOpener, streamSealer } from '@kith/wire/sealed/stream.ts'
import { simulatedHost } from './world/host.ts'
import { Internet } from './world/internet.ts'
import { seeded, VirtualClock } from './world/time.ts'

const minute = 60_000
const tunnels = 7_000
const size = 1_000_000
const content = seeded(1).bytes(size)

/** Threads of this world: what they give lies in `content`, and what they take is kept in the end where it was asked for. */
class Threads implements Carriers {
  free = true
  unlimited = true
  open = 0
  prepare(): void {}

  give(connection: Connection, key: Uint8Array): ReturnType<Carriers['give']> {
    if (!this.free) return undefined
    const sealer = streamSealer(key)
    const carried = this.#carry(connection, () => {})
    return {
      ...carried,
      give: (runs) =>
        carried.until(
          new Promise((resolve) => {
            const parts = runs.map(({ position, length }) => content.subarray(position, position + length))
            connection.send(concat(sealer.seal(concat(parts))), resolve)
          }),
        ),
    }
  }

  take(connection: Connection, key: Uint8Array): ReturnType<Carriers['take']> {
    if (!this.free) return undefined
    const opener = streamOpener(key)
    let come: Uint8Array = new Uint8Array()
    const expected: { readonly length: number; resolve(bytes: Uint8Array): void }[] = []
    const carried = this.#carry(connection, (bytes) => {
      opener.open(bytes, (plain) => (come = concat([come, plain])))
      for (let first = expected[0]; first !== undefined && come.length >= first.length; first = expected[0]) {
        first.resolve(come.slice(0, first.length))
        come = come.slice(first.length)
        expected.shift()
      }
    })
    return {
      ...carried,
      take: ({ start, end }) => {
        const { promise, resolve } = Promise.withResolvers<Uint8Array>()
        expected.push({ length: end - start, resolve })
        return carried.until(promise.then((bytes) => equal(bytes, content.subarray(start, end))))
      },
    }
  }

  #carry(connection: Connection, receive: (bytes: Uint8Array) => void) {
    const over = Promise.withResolvers<never>()
    over.promise.catch(() => {})
    let closed = false
    this.open++
    const close = (fault: Fault = fail('gone', 'net/closed', 'It is closed').fault): void => {
      if (closed) return
      closed = true
      this.open--
      over.reject(new FaultError(fault))
      connection.close(fault)
    }
    connection.open({ receive, ended: close })
    const unlimited = (): boolean => this.unlimited
    return {
      get unlimited() {
        return unlimited()
      },
      close,
      until: <T>(work: Promise<T>): Promise<T> => Promise.race([work, over.promise]),
    }
  }
}

interface World extends AsyncDisposable {
  readonly clock: VirtualClock
  readonly internet: Internet
  readonly threads: Threads
  /** Places that are open. */
  places(): number
  gave(): number
  line(): Promise<BulkLine | undefined>
  /** What the giver hears instead of an offer being made. */
  tunnelled: ((tunnel: Connection) => void) | undefined
}

/** @param placing how long it takes to find a place, in milliseconds */
async function world(
  place: (at: number) => Promise<Place> | undefined | 'here' = () => 'here',
  placing = 0,
): Promise<World> {
  const clock = new VirtualClock()
  const internet = new Internet(clock, seeded(5))
  const [giver, taker] = [simulatedHost(internet, '10.0.0.1'), simulatedHost(internet, '10.0.0.2')]
  const threads = new Threads()
  let [open, gave] = [0, 0]
  const held: Held = {
    size,
    stretches: (ranges) =>
      ranges.map(({ start, end }) => ({
        length: end - start,
        read: () => assert.fail('threads read'),
        place: () => {
          const other = place(start)
          if (other !== 'here') return other
          open++
          const runs = [{ file: 3, path: '/file', position: start, length: end - start }]
          const found: Place = { runs, [Symbol.dispose]: () => void open-- }
          return new Promise((resolve) => clock.after(placing, () => resolve(found)))
        },
      })),
    gave: (bytes) => (gave += bytes),
  }
  const stack = new AsyncDisposableStack()
  const desk = stack.use(new DataDesk(giver))
  await desk.listen(6881)
  const beside = bulkBeside({ carriers: threads, clock, log: giver.log, held, budget: giver.budget })
  const made: World = {
    clock,
    internet,
    threads,
    places: () => open,
    gave: () => gave,
    tunnelled: undefined,
    async line() {
      const channel = {
        remote: { host: '10.0.0.1', port: 6881 },
        tunnel: async () => {
          const line = await taker.net.connect({ host: '10.0.0.1', port: tunnels })
          line.send(new Uint8Array(1))
          return line
        },
      } as unknown as Channel
      const { signal } = new AbortController()
      const wish = { target: '/data/x', budget: taker.budget, signal }
      return within(clock, dialBulk({ ...taker, carriers: threads }, channel, wish))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
  stack.use(
    await giver.net.listen({
      port: tunnels,
      recognise: (head) => head.length > 0,
      accept(tunnel) {
        if (made.tunnelled !== undefined) return made.tunnelled(tunnel)
        desk.offer(passingFirst(tunnel), beside)
      },
    }),
  )
  return made
}

/** Without the first byte, by which listeners of this world know that somebody is there. */
function passingFirst(tunnel: Connection): Connection {
  return new Proxy(tunnel, {
    get(_, name) {
      if (name === 'open') {
        return (receiver: Parameters<Connection['open']>[0]) => {
          let first = true
          tunnel.open({
            ...receiver,
            receive(bytes) {
              const rest = first ? bytes.subarray(1) : bytes
              first = false
              if (rest.length > 0) receiver.receive(rest)
            },
          })
        }
      }
      const value: unknown = Reflect.get(tunnel, name)
      return typeof value === 'function' ? (value.bind(tunnel) as unknown) : value
    },
  })
}

async function within<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false
  void promise.catch(() => {}).finally(() => (settled = true))
  assert.ok(await clock.until(() => settled, minute), 'it came to an end')
  return promise
}

const part = (start: number, end: number): Check => ({ start, end, algorithm: 'sha1', expected: new Uint8Array(20) })
const question = (...ranges: readonly { start: number; end: number }[]): Uint8Array =>
  withLength(utf8(formatRanges(ranges)))

/** What the taker is told in the end. */
async function faultOf(clock: VirtualClock, promise: Promise<unknown>): Promise<Fault> {
  return within(
    clock,
    promise.then(
      () => assert.fail('it was not given'),
      (error: FaultError) => error.fault,
    ),
  )
}

/** Nothing is open any more at either end. */
async function allOver({ clock, threads, places }: World): Promise<void> {
  assert.ok(await clock.until(() => threads.open === 0 && places() === 0, minute), 'all is over')
}

test('what is asked for is given in order, from several places, several questions at once', async () => {
  await using here = await world()
  const line = await here.line()
  assert.ok(line !== undefined && line.unlimited())
  const ranges = [part(0, 300_000), part(300_000, 300_001), part(700_000, size), part(10, 500_000)]
  const answers = ranges.map((one) => line.take(one, []))
  line.ask(question(ranges[0]!, ranges[1]!))
  line.ask(question(ranges[2]!))
  line.ask(question(ranges[3]!))
  assert.deepEqual(await within(here.clock, Promise.all(answers)), [true, true, true, true])
  assert.ok(await here.clock.until(() => here.gave() === 300_001 + 300_000 + 499_990, minute))
  assert.equal(here.places(), 0)
  line.close()
  await allOver(here)
})

test('where no thread is free there is no line, and one that was hoped for ends', async () => {
  await using here = await world()
  here.threads.free = false
  assert.equal(await here.line(), undefined)
  await allOver(here)
  const clock = new VirtualClock()
  const taker = simulatedHost(new Internet(clock, seeded(1)), '10.0.0.2')
  const never = { tunnel: () => assert.fail('nobody is asked') } as unknown as Channel
  const wish = { target: '/data/x', budget: taker.budget, signal: new AbortController().signal }
  assert.equal(await dialBulk(taker, never, wish), undefined)
})

test('what is limited, or not given so, ends the line, and all places are given back', async () => {
  const broken = (): Promise<Place> => Promise.reject(fail('local', 'disk/gone', 'It is gone'))
  const cases: readonly ((at: number) => Promise<Place> | undefined | 'here')[] = [
    () => undefined,
    (at) => (at === 0 ? 'here' : undefined),
    (at) => (at === 0 ? 'here' : broken()),
  ]
  for (const place of cases) {
    await using here = await world(place)
    const line = await here.line()
    const answer = line!.take(part(0, 20), [])
    line!.ask(question(part(0, 10), part(50, 60)))
    assert.equal((await faultOf(here.clock, answer)).kind, 'gone')
    await allOver(here)
    assert.equal(here.gave(), 0)
  }
  await using limited = await world()
  const line = await limited.line()
  limited.threads.unlimited = false
  const answer = line!.take(part(0, 20), [])
  line!.ask(question(part(0, 20)))
  assert.equal((await faultOf(limited.clock, answer)).kind, 'gone')
  await allOver(limited)
})

test('a taker who asks for what there is not, or for too much, is left', async () => {
  const whole = question(part(0, size))
  const hostile = fc.oneof(
    fc.constant([question({ start: 0, end: size + 1 })]),
    fc.constant([question({ start: 5, end: 5 })]),
    fc.constant([Uint8Array.of(255, 255, 255, 255)]),
    fc.constant(Array.from({ length: 80 }, () => whole)),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => [whole, withLength(Uint8Array.of(...bytes, 0))]),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (questions) => {
      await using here = await world()
      here.internet.weather = { ...here.internet.weather, bytesPerSecond: 100_000 }
      const line = await here.line()
      const answers = Array.from({ length: 90 }, () => line!.take(part(0, size), []))
      for (const one of questions) line!.ask(one)
      assert.equal((await faultOf(here.clock, Promise.all(answers))).kind, 'gone')
      await Promise.allSettled(answers)
      await allOver(here)
    }),
    { numRuns: 20 },
  )
})

test('whoever ends it, and whenever, nothing stays open at either end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2_000), fc.constantFrom('close', 'cut'), async (ms, how) => {
      await using here = await world()
      here.internet.weather = { ...here.internet.weather, bytesPerSecond: 1_000_000 }
      const line = await here.line()
      const answers = [part(0, size), part(0, size)].map((one) => line!.take(one, []))
      line!.ask(question(part(0, size)))
      line!.ask(question(part(0, size)))
      await here.clock.until(() => false, ms)
      if (how === 'close') line!.close()
      else here.internet.cut('10.0.0.1')
      for (const answer of answers)
        await within(
          here.clock,
          answer.catch(() => {}),
        )
      await allOver(here)
    }),
    { numRuns: 20 },
  )
})

test('a channel that ends while the connection beside it is dialled takes that along', async () => {
  await using here = await world()
  const offer = { ticket: new Uint8Array(16), keys: { ask: new Uint8Array(32), answer: new Uint8Array(32) } }
  const giver = here.internet.net('10.0.0.1', 6881)
  let dialled: Connection | undefined
  let ended = false
  // Who listens there says nothing, and never ends it: as another than ours might.
  await using _silent = await giver.listen({
    port: 7_001,
    recognise: (head) => head.length > 0,
    accept(connection) {
      dialled = connection
      connection.open({ receive() {}, ended: () => void (ended = true) })
    },
  })
  here.tunnelled = (tunnel) => {
    tunnel.open({ receive() {}, ended() {} })
    tunnel.send(encodeDataOffer({ ...offer, port: 7_001 }))
    tunnel.close()
  }
  const line = await here.line()
  if (line !== undefined) assert.equal((await faultOf(here.clock, line.take(part(0, 9), []))).kind, 'gone')
  assert.ok(await here.clock.until(() => dialled === undefined || ended, minute))
  await allOver(here)
})

test('who asks for nothing gives the thread back after a while, and who asks now and then does not', async () => {
  await using here = await world(() => 'here', 50)
  const line = await here.line()
  // One question is answered while the places of the next are looked for.
  for (let second = 0; second < 100; second++) {
    const answers = [part(0, 1000), part(0, 1000)].map((one) => line!.take(one, []))
    line!.ask(question(part(0, 1000)))
    line!.ask(question(part(0, 1000)))
    assert.deepEqual(await within(here.clock, Promise.all(answers)), [true, true])
    await here.clock.until(() => false, 1_000)
  }
  const answer = line!.take(part(0, 1000), [])
  assert.equal((await faultOf(here.clock, answer)).kind, 'gone')
  await allOver(here)
})
