import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { FaultError, type Fault } from '@kith/core/fault/fault.ts'
import { turn, type Budget } from '@kith/core/limits/budget.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection, Listener } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import { systemClock } from '../clock.ts'
import { dial } from './dial.ts'
import { localNetwork } from './address.ts'
import { listenTcp } from './listen.ts'
import { READ_BYTES, readSpace } from './read-space.ts'
import { TcpConnection, type TcpWorld } from './tcp.ts'

const MIB = 1024 * 1024
const HOST = '127.0.0.1'
const clock = systemClock()

const errors: string[] = []
const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (sentence) => void errors.push(sentence),
  child: () => log,
}

function world(): TcpWorld {
  return { clock, log, space: readSpace(), open: new Set(), isLocal: localNetwork() }
}

interface Pair extends AsyncDisposable {
  readonly root: Budget
  readonly here: TcpConnection
  readonly there: TcpConnection
  readonly direct: boolean
}

/** Two of our connections, one dialled and one accepted. */
async function pair(root: Budget = budgets(clock)): Promise<Pair> {
  const ours = world()
  const accepted = Promise.withResolvers<{ connection: TcpConnection; direct: boolean }>()
  const listener = await listenTcp(ours, { port: 0, host: HOST, budget: root }, (connection, direct) =>
    accepted.resolve({ connection, direct }),
  )
  const here = await dial(ours, listener.local, { budget: root })
  const { connection: there, direct } = await accepted.promise
  return {
    root,
    here,
    there,
    direct,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      for (const connection of ours.open) {
        connection.close({ kind: 'gone', code: 'test/over', message: 'The test is over' })
      }
    },
  }
}

/** A peer that is not ours. */
async function stranger(listener: Listener): Promise<Socket> {
  const socket = connect(listener.local.port, HOST)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

function collect(connection: Connection): {
  readonly bytes: () => Uint8Array
  readonly ended: Promise<Fault | undefined>
} {
  const parts: Uint8Array[] = []
  const end = Promise.withResolvers<Fault | undefined>()
  connection.open({ receive: (bytes) => void parts.push(bytes.slice()), ended: end.resolve })
  return { bytes: () => Buffer.concat(parts), ended: end.promise }
}

function withFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code
}

/** Time that is always up. */
function soon(act: () => void): Disposable {
  process.nextTick(act)
  return { [Symbol.dispose]() {} }
}

/** Waits for what no event tells, for a while. */
async function eventually(test: () => boolean): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (test()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came true')
}

describe('tcp', () => {
  it('echoes 64 MiB both ways', async () => {
    await using both = await pair()
    const { here, there, root } = both
    const size = 64 * MIB
    const block = randomBytes(MIB)
    const sentHash = createHash('sha256')
    const gotHash = createHash('sha256')
    let got = 0
    const whole = Promise.withResolvers<void>()
    let echoed = 0
    there.open({
      receive(bytes) {
        there.send(bytes.slice())
        if (there.pending > 4 * MIB) there.pause()
      },
      drained: () => there.resume(),
      ended() {},
    })
    here.open({
      receive(bytes) {
        gotHash.update(bytes)
        got += bytes.length
        if (got === size) whole.resolve()
      },
      drained: more,
      ended() {},
    })
    function more(): void {
      while (echoed < size && here.pending < 2 * MIB) {
        block.writeUInt32LE(echoed)
        const copy = new Uint8Array(block)
        sentHash.update(copy)
        echoed += copy.length
        here.send(copy)
      }
    }
    more()
    await whole.promise
    assert.equal(gotHash.digest('hex'), sentHash.digest('hex'))
    assert.equal(root.local.total('down'), 2 * size)
    assert.equal(root.local.total('up'), 2 * size)
    assert.equal(root.total('down'), 0)
  })

  it('reads accepted and dialled connections into the one shared buffer', async () => {
    await using both = await pair()
    assert.equal(both.direct, true)
    for (const [from, to] of [
      [both.here, both.there],
      [both.there, both.here],
    ] as const) {
      const buffers = new Set<ArrayBufferLike>()
      let longest = 0
      let got = 0
      const done = Promise.withResolvers<void>()
      from.open({ receive() {}, ended() {} })
      to.open({
        receive(bytes) {
          buffers.add(bytes.buffer)
          longest = Math.max(longest, bytes.length)
          got += bytes.length
          if (got === 16 * MIB) done.resolve()
        },
        ended() {},
      })
      for (let index = 0; index < 16; index++) from.send(new Uint8Array(MIB))
      await done.promise
      assert.deepEqual(
        [...buffers].map((buffer) => buffer.byteLength),
        [READ_BYTES],
      )
      assert.ok(longest > 64 * 1024, `${longest}`)
    }
  })

  it('tells what is pending, what was sent and when all is', async () => {
    await using both = await pair()
    const got = collect(both.there)
    const told: string[] = []
    const drained = Promise.withResolvers<void>()
    both.here.open({ receive() {}, ended() {}, drained: () => (told.push('drained'), drained.resolve()) })
    both.here.send(Uint8Array.of(1, 2), () => told.push('a'))
    both.here.send(new Uint8Array(), () => told.push('nothing'))
    both.here.send(Uint8Array.of(3), () => told.push('b'))
    assert.equal(both.here.pending, 3)
    await drained.promise
    assert.equal(both.here.pending, 0)
    assert.deepEqual(told, ['nothing', 'a', 'b', 'drained'])
    await eventually(() => got.bytes().length === 3)
    assert.deepEqual([...got.bytes()], [1, 2, 3])
  })

  it('lets several sends of one turn leave as one read of the other side', async () => {
    await using both = await pair()
    const reads: number[] = []
    both.there.open({ receive: (bytes) => void reads.push(bytes.length), ended() {} })
    both.here.open({ receive() {}, ended() {} })
    for (let index = 0; index < 100; index++) both.here.send(new Uint8Array(10))
    await eventually(() => reads.reduce((sum, each) => sum + each, 0) === 1000)
    assert.deepEqual(reads, [1000])
  })

  it('stops reading while paused, so that the sender feels it', async () => {
    await using both = await pair()
    const { here, there } = both
    let got = 0
    there.open({
      receive(bytes) {
        got += bytes.length
        there.pause()
      },
      ended() {},
    })
    here.open({ receive() {}, ended() {} })
    const size = 64 * MIB
    for (let sent = 0; sent < size; sent += MIB) here.send(new Uint8Array(MIB))
    await eventually(() => got > 0)
    await turn(both.root, 'down', 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(got <= READ_BYTES, `${got} came while paused`)
    assert.ok(here.pending > 0)
    const resuming = setInterval(() => there.resume(), 0)
    await eventually(() => got === size)
    clearInterval(resuming)
  })

  it('keeps to a limit in both directions', async () => {
    for (const direction of ['down', 'up'] as const) {
      const root = budgets(clock)
      await using both = await pair(root)
      const child = root.child('transfer')
      const limited = direction === 'down' ? both.there : both.here
      child.limit({ [direction]: 4 * MIB })
      limited.charge(child)
      let got = 0
      both.there.open({ receive: (bytes) => void (got += bytes.length), ended() {} })
      both.here.open({ receive() {}, ended() {} })
      const start = clock.now()
      for (let sent = 0; sent < 6 * MIB; sent += 64 * 1024) both.here.send(new Uint8Array(64 * 1024))
      await eventually(() => got === 6 * MIB)
      const seconds = (clock.now() - start) / 1000
      // 6 MiB less a quarter of a second's burst, at 4 MiB/s.
      assert.ok(seconds >= 1.0, `${direction}: 6 MiB took ${seconds} s`)
      assert.equal(child.total(direction), 6 * MIB)
      assert.equal(root.local.total(direction), 6 * MIB)
    }
  })

  it('sets a stalled transfer free when its limit goes', async () => {
    const root = budgets(clock)
    await using both = await pair(root)
    root.local.limit({ down: 0, up: 0 })
    const got = collect(both.there)
    both.here.open({ receive() {}, ended() {} })
    both.here.send(new Uint8Array(MIB))
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(got.bytes().length, 0)
    root.local.limit({})
    await eventually(() => got.bytes().length === MIB)
  })

  it('closes in order once everything was sent', async () => {
    await using both = await pair()
    const got = collect(both.there)
    const own = collect(both.here)
    both.here.send(new Uint8Array(8 * MIB).fill(7))
    both.here.close()
    let late = 0
    both.here.send(Uint8Array.of(1), () => late++)
    assert.equal(await got.ended, undefined)
    assert.equal(await own.ended, undefined)
    assert.equal(got.bytes().length, 8 * MIB)
    assert.equal(late, 1)
    assert.equal(both.root.local.seats.taken, 0)
  })

  it('answers one who has closed his side already', async () => {
    const root = budgets(clock)
    await using listener = await listenTcp(world(), { port: 0, host: HOST, budget: root }, (connection) =>
      connection.open({ receive: () => connection.send(new Uint8Array(3 * MIB)), ended() {} }),
    )
    const socket = connect({ port: listener.local.port, host: HOST, allowHalfOpen: true })
    socket.end('a question')
    let got = 0
    socket.on('data', (data) => (got += data.length))
    await once(socket, 'end')
    assert.equal(got, 3 * MIB)
    await eventually(() => root.local.seats.taken === 0)
  })

  it('carries on in one direction when the other is finished, also from one connection to another', async () => {
    const root = budgets(clock)
    const ours = world()
    const farther = createServer({ allowHalfOpen: true }, (socket) => {
      let asked = 0
      socket.on('data', (data) => (asked += data.length))
      // Only who has heard all can answer.
      socket.once('end', () => socket.end(Buffer.alloc(3 * MIB, asked === 2 * MIB ? 1 : 0)))
    })
    farther.listen(0, HOST)
    await once(farther, 'listening')
    const address = farther.address()
    assert.ok(address !== null && typeof address === 'object')
    const joined = Promise.withResolvers<void>()
    await using listener = await listenTcp(ours, { port: 0, host: HOST, budget: root }, (near) => {
      void dial(ours, { host: HOST, port: address.port }, { budget: root }).then((far) =>
        splice(clock, near, far, joined.resolve),
      )
    })
    const connection = await dial(ours, { host: HOST, port: listener.local.port }, { budget: root })
    let [length, right] = [0, true]
    const ended = Promise.withResolvers<Fault | undefined>()
    connection.open({
      receive(bytes) {
        length += bytes.length
        right &&= bytes[0] === 1
      },
      ended: ended.resolve,
    })
    connection.send(new Uint8Array(2 * MIB))
    connection.finish()
    connection.send(Uint8Array.of(1))
    assert.equal(await ended.promise, undefined)
    await joined.promise
    assert.equal(length, 3 * MIB)
    assert.ok(right, 'what was asked arrived whole before its end')
    await eventually(() => root.local.seats.taken === 0)
    farther.close()
  })

  it('reads by events where the handle cannot be adopted', async () => {
    const root = budgets(clock)
    const ours = world()
    const attached = Promise.withResolvers<TcpConnection>()
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      const remote = { host: HOST, port: 1 }
      const seat = root.local.seats.take()
      assert.ok(seat)
      const connection = new TcpConnection(ours, { remote, incoming: true, budget: root, seat })
      connection.attach(socket, remote, false)
      attached.resolve(connection)
    })
    server.listen(0, HOST)
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const here = await dial(ours, { host: HOST, port: address.port }, { budget: root })
    const there = await attached.promise
    here.open({ receive() {}, ended() {} })
    here.send(new Uint8Array(8 * MIB))
    let got = 0
    const ended = Promise.withResolvers<Fault | undefined>()
    there.open({
      receive(bytes) {
        got += bytes.length
        there.pause()
      },
      ended: ended.resolve,
    })
    await eventually(() => got > 0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(got <= MIB, `${got} came while paused`)
    here.close()
    const resuming = setInterval(() => there.resume(), 0)
    assert.equal(await ended.promise, undefined)
    clearInterval(resuming)
    assert.equal(got, 8 * MIB)
    server.close()
  })

  it('closes at once with a fault, and gives all memory back', async () => {
    await using both = await pair()
    const fault: Fault = { kind: 'peer', code: 'test/liar', message: 'It lied' }
    const own = collect(both.here)
    both.there.open({ receive() {}, ended() {} })
    both.there.pause()
    let given = 0
    for (let index = 0; index < 32; index++) both.here.send(new Uint8Array(MIB), () => given++)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(both.here.pending > 0)
    both.here.close(fault)
    both.here.send(Uint8Array.of(1), () => given++)
    assert.equal(await own.ended, fault)
    await eventually(() => given === 33)
  })

  it('tells of a peer that resets', async () => {
    const accepted = Promise.withResolvers<TcpConnection>()
    const root = budgets(clock)
    await using listener = await listenTcp(world(), { port: 0, host: HOST, budget: root }, accepted.resolve)
    const socket = await stranger(listener)
    const got = collect(await accepted.promise)
    socket.write('hello')
    await eventually(() => got.bytes().length === 5)
    socket.resetAndDestroy()
    const fault = await got.ended
    assert.equal(fault?.kind, 'gone')
    assert.equal(fault?.code, 'net/reset')
    assert.equal(root.local.seats.taken, 0)
  })

  it('contains a receiver that throws', async () => {
    await using both = await pair()
    const ended = Promise.withResolvers<Fault | undefined>()
    both.there.open({
      receive() {
        throw new Error('a bug')
      },
      ended: ended.resolve,
    })
    const other = collect(both.here)
    both.here.send(Uint8Array.of(1))
    assert.equal((await ended.promise)?.code, 'kith/bug')
    await other.ended
    assert.deepEqual(errors.splice(0), ['a receiver failed'])
  })

  it('tells the end once, also to one who opens late', async () => {
    await using both = await pair()
    let ends = 0
    const count = { receive() {}, ended: () => void ends++ }
    both.here.open(count)
    both.here.close({ kind: 'gone', code: 'test/over', message: 'over' })
    await eventually(() => ends === 1)
    both.there.close({ kind: 'gone', code: 'test/over', message: 'over' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    both.there.open(count)
    await eventually(() => ends === 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(ends, 2)
  })

  it('contains a sender whose memory cannot be given back', async () => {
    await using both = await pair()
    const own = collect(both.here)
    both.here.send(Uint8Array.of(1), () => {
      throw new Error('a bug')
    })
    assert.equal((await own.ended)?.code, 'kith/bug')
    assert.deepEqual(errors.splice(0), ['a receiver failed'])
  })

  it('says why it could not connect', async () => {
    const root = budgets(clock)
    const server = createServer()
    server.listen(0, HOST)
    await once(server, 'listening')
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    server.close()
    const to = { host: HOST, port: address.port }
    await assert.rejects(dial(world(), to, { budget: root }), withFault('net/refused'))
    await assert.rejects(dial(world(), { host: 'example.org', port: 1 }, { budget: root }), /not an address/)
    await assert.rejects(dial(world(), { host: HOST, port: 0 }, { budget: root }), /not an address/)
    await assert.rejects(dial(world(), { host: '::1', port: 9 }, { budget: root }, '192.0.2.1'), /Nobody listens/)
    await assert.rejects(dial(world(), { host: '2001:db8::1', port: 9 }, { budget: root }, HOST), /another kind/)
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    await assert.rejects(dial(world(), to, { budget: root, signal: abort.signal }), /enough/)
    assert.equal(root.local.seats.taken, 0)
    assert.equal(root.seats.taken, 0)
  })

  it('gives up a dial after its time, or when told', async () => {
    const root = budgets(clock)
    await using listener = await listenTcp(world(), { port: 0, host: HOST, budget: root }, (each) => each.close())
    const abort = new AbortController()
    const dialling = dial(world(), listener.local, { budget: root, signal: abort.signal })
    abort.abort(new Error('enough'))
    await assert.rejects(dialling, /enough/)
    const later = new AbortController()
    const hasty = { ...world(), clock: { ...clock, after: (_ms: number, act: () => void) => soon(act) } }
    await assert.rejects(dial(hasty, listener.local, { budget: root }), withFault('net/timeout'))
    const slow = { ...world(), clock: { ...clock, after: () => soon(() => later.abort(new Error('no more'))) } }
    await assert.rejects(dial(slow, listener.local, { budget: root, signal: later.signal }), /no more/)
    await eventually(() => root.local.seats.taken === 0)
  })

  it('waits for a seat to dial, and refuses others where none is left', async () => {
    const root = budgets(clock)
    const accepted: TcpConnection[] = []
    await using listener = await listenTcp(world(), { port: 0, host: HOST, budget: root }, (each) =>
      accepted.push(each),
    )
    root.local.seats.limitTo(1)
    const first = await stranger(listener)
    await eventually(() => accepted.length === 1)
    const second = await stranger(listener)
    await once(second, 'close')
    assert.equal(accepted.length, 1)
    const outside = createServer((socket) => socket.on('error', () => {}))
    outside.listen(0, HOST)
    await once(outside, 'listening')
    const address = outside.address()
    assert.ok(address !== null && typeof address === 'object')
    let dialled = false
    const dialling = dial(world(), { host: HOST, port: address.port }, { budget: root }).then((connection) => {
      dialled = true
      return connection
    })
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(dialled, false)
    collect(accepted[0]!)
    first.destroy()
    const connection = await dialling
    assert.equal(root.local.seats.taken, 1)
    const end = collect(connection)
    connection.close({ kind: 'gone', code: 'test/over', message: 'over' })
    await end.ended
    outside.close()
  })
})
