import assert from 'node:assert/strict'
import type { Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { ResponsePacket } from 'multicast-dns'
import type { Found } from '@kith/core/network/discovery.ts'
import { VirtualClock } from '@kith/sim/world/time.ts'
import { announceAt } from './announce.ts'
import { MOST_SERVICES, ServiceBrowser, SILENT_MS } from './browser.ts'
import { type Answer, speaker } from './speaker.ts'

const trouble = (error: unknown): void => assert.fail(String(error))

/** A socket that sends nowhere: what is said is kept, what is heard is told by hand. */
class Wire extends EventEmitter {
  readonly said: Buffer[] = []
  bind(_port: number, _at: string, done: () => void): void {
    setImmediate(() => {
      this.emit('listening')
      done()
    })
  }
  addMembership(): void {}
  dropMembership(): void {}
  setMulticastInterface(): void {}
  setMulticastTTL(): void {}
  setMulticastLoopback(): void {}
  address(): object {
    return { port: 5353 }
  }
  send(bytes: Buffer, _at: number, _length: number, _port: number, _to: string, done: () => void): void {
    this.said.push(bytes)
    setImmediate(done)
  }
  close(done?: () => void): void {
    setImmediate(() => done?.())
  }
  hear(bytes: Uint8Array, address = '10.0.0.7'): void {
    this.emit('message', Buffer.from(bytes), { address, port: 5353, family: 'IPv4', size: bytes.length })
  }
  get socket(): Socket {
    return this as unknown as Socket
  }
}

async function turns(): Promise<void> {
  for (let count = 0; count < 10; count++) await new Promise((done) => setImmediate(done))
}

/** What a service tells of itself. */
function told(name: string, ttl = 4_500, port = 4_000, facts: readonly string[] = ['id=1']): Answer[] {
  const service = '_kith._tcp.local'
  const full = `${name}.${service}`
  return [
    { name: service, type: 'PTR', ttl, data: full },
    { name: full, type: 'SRV', ttl: 120, data: { port, target: `${name}-host.local`, priority: 0, weight: 0 } },
    { name: full, type: 'TXT', ttl, data: [...facts] },
    { name: `${name}-host.local`, type: 'A', ttl: 120, data: '10.0.0.8' },
  ]
}

interface Heard {
  readonly browser: ServiceBrowser
  readonly log: string[]
  readonly last: () => Found
}

function heard(): Heard {
  const log: string[] = []
  let last: Found | undefined
  const browser = new ServiceBrowser('kith', (found, change) => {
    log.push(`${change} ${found.name}`)
    last = found
  })
  return { browser, log, last: () => last! }
}

const answers = (...all: readonly Answer[]): Pick<ResponsePacket, 'answers' | 'additionals'> => ({
  answers: [...all],
  additionals: [],
})

test('a service is told of once, when it changes, when it leaves, and when it falls silent', () => {
  const { browser, log, last } = heard()
  browser.hear(answers(...told('Ann 1.2')), '10.0.0.7', 0)
  browser.hear(answers(...told('Ann 1.2')), '10.0.0.7', 1_000)
  assert.deepEqual(log, ['here Ann 1.2'])
  assert.deepEqual(last(), {
    name: 'Ann 1.2',
    type: 'kith',
    port: 4_000,
    facts: { id: '1' },
    addresses: ['10.0.0.7', '10.0.0.8'],
  })
  browser.hear(answers(...told('ANN 1.2', 4_500, 4_001, ['id=1', 'id=2', 'x', '=y'])), '10.0.0.7', 2_000)
  assert.deepEqual([last().name, last().port, last().facts], ['Ann 1.2', 4_001, { id: '1' }])
  browser.hear(answers({ name: '_kith._tcp.local', type: 'PTR', ttl: 0, data: 'ann 1.2._kith._tcp.local' }), 'x', 3_000)
  browser.hear(answers(...told('bob')), '10.0.0.9', 3_000)
  browser.tick(3_000 + SILENT_MS - 1)
  assert.deepEqual(log.slice(2), ['gone Ann 1.2', 'here bob'])
  // An answer without a place still says that it is there.
  browser.hear(answers(told('bob')[0]!), '10.0.0.9', 3_000 + SILENT_MS - 1)
  browser.tick(3_000 + SILENT_MS)
  assert.equal(browser.size, 1)
  browser.tick(3_000 + 2 * SILENT_MS)
  assert.equal(log.at(-1), 'gone bob')
  assert.equal(browser.size, 0)
})

test('a stranger who floods it takes no more than so much memory', () => {
  const { browser, log } = heard()
  for (let index = 0; index < 3 * MOST_SERVICES; index++) browser.hear(answers(...told(`x${index}`)), '10.0.0.7', index)
  assert.equal(browser.size, MOST_SERVICES)
  assert.equal(log.filter((line) => line.startsWith('gone')).length, 2 * MOST_SERVICES)
  // Neither does one service with addresses without end, nor one that leads nowhere.
  const [pointer, place] = told('many')
  for (let index = 0; index < 100; index++) {
    const at: Answer = { name: 'many-host.local', type: 'A', ttl: 120, data: `10.1.0.${index}` }
    browser.hear(answers(pointer!, place!, at), '10.0.0.7', 5_000 + index)
  }
  const before = browser.size
  browser.hear(answers({ name: '_kith._tcp.local', type: 'PTR', ttl: 9, data: '_kith._tcp.local' }), '10.0.0.7', 6_000)
  browser.hear(answers({ name: '_kith._tcp.local', type: 'PTR', ttl: 9, data: 'x._ipp._tcp.local' }), 'x', 6_000)
  assert.equal(browser.size, before)
})

test('what one speaker announces another finds, until it says goodbye', async () => {
  const clock = new VirtualClock(0)
  const [one, other] = [new Wire(), new Wire()]
  const { browser, log, last } = heard()
  const place = { at: '10.0.0.1', addresses: ['10.0.0.1', '2001:db8::1'], host: 'kith-1.local' }
  const what = { name: 'Ann. '.repeat(20), type: 'kith', port: 5_000, facts: { id: 'a', name: 'Ann' } }
  const announced = announceAt(clock, place, what, { trouble, socket: one.socket })
  const answered = (packet: ResponsePacket, from: string): void => browser.hear(packet, from, clock.now())
  await using _listens = speaker({ clock, at: '10.0.0.2', trouble, socket: other.socket, answered })
  await turns()
  assert.equal(one.said.length, 1)
  other.hear(one.said[0]!, '10.0.0.1')
  assert.deepEqual(last().addresses, ['10.0.0.1', '2001:db8::1'])
  assert.deepEqual([last().port, last().facts], [5_000, { id: 'a', name: 'Ann' }])
  assert.equal(last().name, 'Ann- '.repeat(20).slice(0, 63))
  await announced[Symbol.asyncDispose]()
  other.hear(one.said.at(-1)!, '10.0.0.1')
  assert.equal(log.at(-1), `gone ${last().name}`)
})

test('whoever asks much at once, or often, hears no more than one answer a second', async () => {
  const clock = new VirtualClock(0)
  const wire = new Wire()
  const asking = new Wire()
  const place = { at: '10.0.0.1', addresses: ['10.0.0.1'], host: 'kith-1.local' }
  const what = { name: 'Ann', type: 'kith', port: 5_000, facts: {} }
  await using _announced = announceAt(clock, place, { ...what, facts: { a: 'b' } }, { trouble, socket: wire.socket })
  await using asker = speaker({ clock, at: '10.0.0.2', trouble, socket: asking.socket })
  asker.ask('_kith._tcp.local')
  asker.ask('_services._dns-sd._udp.local')
  asker.ask('_ipp._tcp.local')
  await turns()
  await clock.run(1_500)
  await turns()
  const before = wire.said.length
  for (let count = 0; count < 300; count++) for (const bytes of asking.said) wire.hear(bytes)
  await turns()
  assert.ok(wire.said.length <= before + 1, `${wire.said.length - before} at once`)
  await clock.run(3_000)
  await turns()
  const sent = wire.said.slice(before)
  assert.ok(sent.length >= 1 && sent.length <= 2, `${sent.length} answers`)
})

test('messages that are too long, hold too much, or come too often do not get through', async () => {
  const clock = new VirtualClock(0)
  const wire = new Wire()
  let got = 0
  const asked = (): void => void got++
  await using one = speaker({ clock, at: '10.0.0.1', trouble, socket: wire.socket, asked })
  one.ask('_kith._tcp.local')
  await turns()
  const [query] = wire.said
  wire.hear(query!)
  assert.equal(got, 1)
  const full = Buffer.concat([query!, Buffer.alloc(9_000)])
  wire.hear(full)
  const many = Buffer.from(query!)
  many.writeUInt16BE(600, 6)
  wire.hear(many)
  wire.hear(Buffer.alloc(5))
  assert.equal(got, 1)
  for (let count = 0; count < 5_000; count++) wire.hear(query!)
  assert.ok(got < 600, `${got} in one second`)
  await clock.run(1_000)
  wire.hear(query!)
  assert.ok(got > 1)
})
