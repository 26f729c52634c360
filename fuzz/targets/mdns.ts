import type { Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { announceAt } from '@kith/daemon/host/mdns/announce.ts'
import { MOST_SERVICES, ServiceBrowser } from '@kith/daemon/host/mdns/browser.ts'
import { speaker } from '@kith/daemon/host/mdns/speaker.ts'
import type { FuzzTarget } from '../target.ts'

/** Multicast DNS as it comes from strangers: through the library that reads it, into what we make of it. */
class Wire extends EventEmitter {
  bind(_port: number, _at: string, done: () => void): void {
    done()
  }
  send(_bytes: Buffer, _at: number, _length: number, _port: number, _to: string, done: () => void): void {
    done()
  }
  get socket(): Socket {
    return this as unknown as Socket
  }
}

/** A second passes with each message, so that none is dropped for being one too many. */
let now = 0
const clock = {
  now: (): number => now,
  after: (): Disposable => ({ [Symbol.dispose]() {} }),
}
/** What the library itself finds wrong is told, as ever; whatever we throw is a bug. */
const trouble = (error: unknown): void => {
  if (error instanceof Error && /daemon\/host\/mdns\/(?:announce|browser)/.test(error.stack ?? '')) throw error
}
const [hears, answers] = [new Wire(), new Wire()]
const browser = new ServiceBrowser('kith', ({ name, addresses }, change) => {
  if (change === 'here' && addresses.length === 0) throw new Error(`${name} is nowhere`)
})
speaker({
  clock,
  at: '10.0.0.1',
  trouble,
  socket: hears.socket,
  answered: (packet, from) => browser.hear(packet, from, now),
})
announceAt(
  clock,
  { at: '10.0.0.1', addresses: ['10.0.0.1'], host: 'kith-1.local' },
  { name: 'Ann', type: 'kith', port: 5_000, facts: { id: 'ab' } },
  { trouble, socket: answers.socket },
)

const target: FuzzTarget = {
  name: 'mdns',
  seeds: [
    // A service with all that it tells of itself, without and with names that point back.
    'AACEAAAAAAUAAAAABV9raXRoBF90Y3AFbG9jYWwAAAwAAQAAEZQAGAVBbm4gMQVfa2l0aARfdGNwBWxvY2FsAAVBbm4gMQVfa2l0aARfdGNwBWxvY2FsAAAhgAEAAAB4ABQAAAAAE4gGa2l0aC0xBWxvY2FsAAVBbm4gMQVfa2l0aARfdGNwBWxvY2FsAAAQgAEAABGUABMFaWQ9YWIIbmFtZT1Bbm4Ddj0xBmtpdGgtMQVsb2NhbAAAAYABAAAAeAAECgAAAQZraXRoLTEFbG9jYWwAAByAAQAAAHgAECABDbgAAAAAAAAAAAAAAAE=',
    'AACEAAAAAAMAAAABBV9raXRoBF90Y3AFbG9jYWwAAAwAAQAAEZQABgNBbm7ADMAoACGAAQAAAHgADwAAAAATiAZraXRoLTHAF8AoABCAAQAAEZQACgVpZD1hYgN2PTEAACkQAAAAAAAAAA==',
    // A question, and a name that points at itself.
    'AAAAAAACAAAAAAAABV9raXRoBF90Y3AFbG9jYWwAAAwAAQVBbm4gMQVfa2l0aARfdGNwBWxvY2FsAAD/AAE=',
    'AACEAAAAAAEAAAAAwAwADAABAAAACQACwAw=',
  ].map((text) => Uint8Array.fromBase64(text)),
  run(input) {
    now += 1_000
    for (const wire of [hears, answers]) {
      wire.emit('message', Buffer.from(input), { address: '10.0.0.7', port: 5353, family: 'IPv4', size: input.length })
    }
    browser.tick(now)
    if (browser.size > MOST_SERVICES) throw new Error('more is remembered than there may be')
  },
}

export default target
