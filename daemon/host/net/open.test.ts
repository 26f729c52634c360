import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { FaultError, type Fault } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { systemClock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import { isLoopback, localNetwork, plainAddress } from './address.ts'
import { netFault } from './faults.ts'
import { listenTcp } from './listen.ts'
import { openNet, type OpenNet } from './open.ts'
import { readSpace } from './read-space.ts'
import { HEAD_BYTES, HEAD_MS, MOST_UNKNOWN } from './shared-port.ts'
import { LONGEST_DATAGRAM, MOST_WAITING_BYTES, openDatagrams } from './udp.ts'

const HOST = '127.0.0.1'
const system = systemClock()
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

function open(root: Budget = budgets(system), clock: Clock = system, port = 0): Promise<OpenNet> {
  return openNet({ clock, random: systemRandom(), budget: root, log, port, bind: HOST })
}

function withFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code
}

async function stranger(port: number): Promise<Socket> {
  const socket = connect(port, HOST)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function eventually(test: () => boolean): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (test()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came true')
}

/** Recognises conversations that begin with a word. */
function word(text: string): (head: Uint8Array) => boolean | undefined {
  return (head) => {
    const got = Buffer.from(head).toString('latin1', 0, text.length)
    if (!text.startsWith(got)) return false
    return got.length === text.length ? true : undefined
  }
}

interface Guest {
  readonly said: string[]
  readonly heads: string[]
  readonly accept: (connection: Connection, head: Uint8Array) => void
}

function guest(): Guest {
  const said: string[] = []
  const heads: string[] = []
  return {
    said,
    heads,
    accept(connection, head) {
      heads.push(Buffer.from(head).toString())
      const index = said.push('') - 1
      connection.open({
        receive: (bytes) => void (said[index] += Buffer.from(bytes).toString()),
        ended() {},
      })
    },
  }
}

describe('the shared port', () => {
  it('gives each conversation to the network that knows its beginning, head first', async () => {
    const root = budgets(system)
    await using net = await open(root)
    const red = guest()
    const blue = guest()
    const redBudget = root.child('red')
    await using listening = await net.within(redBudget).listen({ recognise: word('red: '), accept: red.accept })
    await using _other = await net.listen({ recognise: word('blue: '), accept: blue.accept })
    assert.equal(listening.local.port, net.port)
    const one = await stranger(net.port)
    const two = await stranger(net.port)
    one.write('re')
    two.write('blue: at once')
    await eventually(() => blue.said[0] === 'blue: at once')
    one.write('d: slowly')
    await eventually(() => red.said[0] === 'red: slowly')
    one.write(' and more')
    await eventually(() => red.said[0] === 'red: slowly and more')
    assert.deepEqual(red.heads, ['red: slowly'])
    assert.equal(redBudget.seats.taken, 1)
    assert.equal(redBudget.total('down'), 9)
    one.destroy()
    two.destroy()
  })

  it('turns away what nobody knows, or nobody can tell after the head', async () => {
    await using net = await open()
    await using _listening = await net.listen({ recognise: word('hello'), accept: guest().accept })
    const stranger1 = await stranger(net.port)
    stranger1.write('good day')
    await once(stranger1, 'close')
    await using own = await net.listen({
      port: 0,
      recognise: (head) => (head.length > HEAD_BYTES * 2 ? true : undefined),
      accept: guest().accept,
    })
    const stranger2 = await stranger(own.local.port)
    stranger2.write('x'.repeat(HEAD_BYTES))
    await once(stranger2, 'close')
  })

  it('waits for a head that never comes no longer than it should', async () => {
    let up: (() => void) | undefined
    const clock: Clock = {
      ...system,
      after(ms, act) {
        if (ms !== HEAD_MS) return system.after(ms, act)
        up = act
        return { [Symbol.dispose]() {} }
      },
    }
    const root = budgets(clock)
    await using net = await open(root, clock)
    await using _listening = await net.listen({ recognise: word('hello'), accept: guest().accept })
    const silent = await stranger(net.port)
    await eventually(() => up !== undefined)
    silent.write('hel')
    await new Promise((resolve) => setTimeout(resolve, 20))
    up?.()
    await once(silent, 'close')
    await eventually(() => root.local.seats.taken === 0)
  })

  it('keeps a bounded crowd of those who say nothing', async () => {
    const root = budgets(system)
    await using net = await open(root)
    await using _listening = await net.listen({ recognise: word('hello'), accept: guest().accept })
    const first = await stranger(net.port)
    const closed = once(first, 'close')
    const crowd: Socket[] = []
    for (let index = 0; index < MOST_UNKNOWN; index++) crowd.push(await stranger(net.port))
    await closed
    await eventually(() => root.local.seats.taken === MOST_UNKNOWN)
    for (const each of crowd) each.destroy()
  })

  it('lets a network whose side speaks first take all at once', async () => {
    await using net = await open()
    await using own = await net.listen({
      port: 0,
      recognise: () => true,
      accept(connection, head) {
        assert.equal(head.length, 0)
        connection.open({ receive() {}, ended() {} })
        connection.send(Buffer.from('$Lock'))
      },
    })
    const client = await stranger(own.local.port)
    const [data] = (await once(client, 'data')) as [Buffer]
    assert.equal(data.toString(), '$Lock')
    client.destroy()
  })

  it('listens only while somebody wants it, and says when the port is taken', async () => {
    await using net = await open()
    await assert.rejects(stranger(net.port))
    const listening = await net.listen({ recognise: word('a'), accept: guest().accept })
    await using second = await open(budgets(system), system, net.port)
    const blocked = second.listen({ recognise: word('a'), accept: guest().accept })
    await assert.rejects(blocked, withFault('net/port-taken'))
    await listening[Symbol.asyncDispose]()
    await assert.rejects(stranger(net.port))
    await using again = await second.listen({ recognise: word('a'), accept: guest().accept })
    assert.deepEqual(again.local, { host: HOST, port: net.port })
    await assert.rejects(
      net.listen({ port: 0, host: '192.0.2.1', recognise: word('a'), accept: guest().accept }),
      withFault('net/no-such-address'),
    )
  })

  it('survives a network that throws', async () => {
    await using net = await open()
    await using own = await net.listen({
      port: 0,
      recognise: word('x'),
      accept() {
        throw new Error('a bug')
      },
    })
    for (let tries = 0; tries < 2; tries++) {
      const socket = await stranger(own.local.port)
      socket.write('x')
      await once(socket, 'close')
    }
  })
})

describe('openNet', () => {
  it('connects, charges the network, and closes what is left', async () => {
    const root = budgets(system)
    const network = root.child('network')
    const net = await open(root)
    const blue = guest()
    await net.listen({ recognise: word('blue'), accept: blue.accept })
    const connection = await net.within(network).connect({ host: HOST, port: net.port })
    const ended = Promise.withResolvers<Fault | undefined>()
    connection.open({ receive() {}, ended: ended.resolve })
    connection.send(Buffer.from('blue sky'))
    await eventually(() => blue.said[0] === 'blue sky')
    assert.equal(network.total('up'), 8)
    assert.equal(connection.remote.port, net.port)
    assert.equal(connection.local.host, HOST)
    assert.equal(network.seats.taken, 1)
    await net[Symbol.asyncDispose]()
    assert.equal((await ended.promise)?.code, 'net/closed')
    await eventually(() => root.local.seats.taken === 0)
  })

  it('wants an address to bind', async () => {
    const options = { clock: system, random: systemRandom(), budget: budgets(system), log, port: 0, bind: 'eth0' }
    await assert.rejects(openNet(options), withFault('net/address'))
  })

  it('carries datagrams and counts them', async () => {
    const root = budgets(system)
    await using net = await open(root)
    const got: { from: Endpoint; bytes: Uint8Array }[] = []
    await using here = await net.datagrams({ receive: (from, bytes) => void got.push({ from, bytes }) })
    await using there = await net
      .within(root.child('dht'))
      .datagrams({ port: 0, receive: (from, bytes) => there.send(from, bytes) })
    here.send(there.local, Uint8Array.of(1, 2, 3))
    await eventually(() => got.length === 1)
    assert.deepEqual(got[0]?.from, there.local)
    assert.deepEqual(got[0]?.bytes, Uint8Array.of(1, 2, 3))
    assert.equal(root.local.total('up'), 6)
    assert.equal(root.local.total('down'), 6)
    here.send({ host: '2001:db8::1', port: 1 }, Uint8Array.of(1))
    here.send({ host: 'no address', port: 1 }, Uint8Array.of(1))
    here.send({ host: HOST, port: 0 }, Uint8Array.of(1))
    assert.throws(
      () => here.send(there.local, new Uint8Array(LONGEST_DATAGRAM + 1)),
      withFault('net/datagram-too-long'),
    )
    await assert.rejects(net.datagrams({ port: there.local.port, receive() {} }), withFault('net/port-taken'))
    const before = root.local.total('up')
    for (let index = 0; index < 40; index++) here.send({ host: HOST, port: 9 }, new Uint8Array(60_000))
    assert.ok(root.local.total('up') - before <= MOST_WAITING_BYTES)
    assert.ok(root.local.total('up') - before > MOST_WAITING_BYTES - 60_000)
  })

  it('speaks to both kinds of addresses from one socket', async () => {
    const root = budgets(system)
    const world = { clock: system, log, space: readSpace(), open: new Set<Connection>(), isLocal: localNetwork() }
    const got: Endpoint[] = []
    const receive = (from: Endpoint): void => void got.push(from)
    await using both = await openDatagrams(world, { receive }, root)
    for (const host of ['::1', HOST]) {
      await using one = await openDatagrams(world, { host, receive }, root)
      both.send(one.local, Uint8Array.of(1))
      await eventually(() => got.length === 1)
      one.send({ host, port: both.local.port }, Uint8Array.of(1))
      await eventually(() => got.length === 2)
      assert.deepEqual(got.splice(0), [{ host, port: both.local.port }, one.local])
    }
    const remotes: string[] = []
    await using listener = await listenTcp(world, { port: 0, budget: root }, (connection) => {
      remotes.push(connection.remote.host, connection.local.host)
      connection.close()
    })
    const socket = await stranger(listener.local.port)
    await eventually(() => remotes.length === 2)
    assert.deepEqual(remotes, [HOST, HOST])
    socket.destroy()
  })
})

describe('addresses', () => {
  it('are of the local network or of the internet', () => {
    const isLocal = localNetwork()
    const inside = [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.3.4',
      '::1',
      'fe80::1',
      'fe80::1%eth0',
      'fd00::1',
      '::ffff:10.0.0.1',
    ]
    const outside = [
      '8.8.8.8',
      '172.32.0.1',
      '11.0.0.1',
      '2001:db8::1',
      '::ffff:8.8.8.8',
      'localhost',
      '',
      '100.64.0.1',
    ]
    for (const host of inside) assert.equal(isLocal(host), true, host)
    for (const host of outside) assert.equal(isLocal(host), false, host)
    assert.equal(plainAddress('::ffff:1.2.3.4'), '1.2.3.4')
    assert.equal(plainAddress('2001:db8::1'), '2001:db8::1')
    assert.equal(isLoopback('::ffff:127.9.9.9'), true)
    assert.equal(isLoopback('10.0.0.1'), false)
  })
})

describe('faults', () => {
  it('keep stable codes', () => {
    const of = (code: string, doing = 'connect to x'): string =>
      netFault(Object.assign(new Error(code), { code }), doing).code
    assert.equal(of('ECONNREFUSED'), 'net/refused')
    assert.equal(of('ETIMEDOUT'), 'net/timeout')
    assert.equal(of('EPIPE'), 'net/reset')
    assert.equal(of('ENETUNREACH'), 'net/unreachable')
    assert.equal(of('EADDRINUSE', 'listen on port 1'), 'net/port-taken')
    assert.equal(of('EACCES', 'listen on port 1'), 'net/forbidden')
    assert.equal(of('EADDRNOTAVAIL', 'listen on port 1'), 'net/no-such-address')
    assert.equal(of('EMFILE'), 'net/too-many-files')
    assert.equal(of('EWHATEVER'), 'net/failed')
    assert.equal(netFault(new Error('a bug'), 'x').code, 'kith/bug')
  })
})
