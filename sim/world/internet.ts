import type { Outside } from '@kith/core/network/outside.ts'
import { value } from '@kith/core/value/value.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Random } from '@kith/core/network/clock.ts'
import type {
  Connection,
  ConnectOptions,
  DatagramOptions,
  Datagrams,
  Endpoint,
  ListenOptions,
  Listener,
  Net,
  Receiver,
} from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Secured, TlsConnect, TlsListen } from '@kith/core/network/tls.ts'
import { equal } from '@kith/wire/bytes.ts'
import type { VirtualClock } from './time.ts'

/** What lies between two hosts. */
export interface Weather {
  /** One way, in milliseconds. */
  readonly latencyMs: number
  /** Bytes per second that one direction of one connection carries. */
  readonly bytesPerSecond: number
  /** Share of datagrams that get lost. */
  readonly loss: number
}

export const fair: Weather = { latencyMs: 20, bytesPerSecond: 1_250_000, loss: 0 }

/** Bytes a sender may have under way before `pending` grows, like a socket buffer. */
const windowBytes = 256 * 1024

/** All hosts of a simulated world, and the wires between them. */
export class Internet {
  readonly clock: VirtualClock
  readonly random: Random
  weather: Weather
  readonly #listeners = new Map<string, ListenOptions>()
  readonly #datagrams = new Map<string, DatagramOptions>()
  readonly #wires = new Set<Wire>()
  readonly #cut = new Set<string>()
  #nextPort = 40_000

  constructor(clock: VirtualClock, random: Random, weather: Weather = fair) {
    this.clock = clock
    this.random = random
    this.weather = weather
  }

  /** Pulls the cable of a host: what is open breaks, what is dialled fails. */
  cut(host: string): void {
    this.#cut.add(host)
    for (const wire of this.#wires) {
      if (wire.local.host === host || wire.remote.host === host) wire.break()
    }
  }

  mend(host: string): void {
    this.#cut.delete(host)
  }

  net(host: string, port: number): Net {
    return {
      port,
      fingerprint: fingerprintOf(host),
      connect: (to, options) => this.#connect(host, to, options),
      listen: async (options) => this.#listen(host, port, options),
      datagrams: async (options) => this.#open(host, options),
      isOwn: (other) => other === host || other === '127.0.0.1',
      attached: () => [{ host, prefix: 24 }],
      outside: value<Outside>({ state: 'off' }),
      outsideV6: value<Outside>({ state: 'off' }),
    }
  }

  #listen(host: string, shared: number, options: ListenOptions): Listener {
    const local = { host, port: options.port ?? shared }
    const key = endpointText(local)
    if (this.#listeners.has(key)) throw fail('local', 'net/port-taken', `Port ${local.port} is in use`)
    this.#listeners.set(key, options)
    return { local, [Symbol.asyncDispose]: async () => void this.#listeners.delete(key) }
  }

  async #connect(from: string, to: Endpoint, options: ConnectOptions = {}): Promise<Connection> {
    const gone = (): Error => fail('gone', 'net/refused', `Nobody listens at ${endpointText(to)}`)
    await new Promise<void>((resolve, reject) => {
      this.clock.after(this.weather.latencyMs * 2, resolve)
      options.signal?.addEventListener('abort', () => reject(options.signal!.reason as Error), { once: true })
    })
    const listener = this.#listeners.get(endpointText(to))
    if (listener === undefined || this.#cut.has(from) || this.#cut.has(to.host)) throw gone()
    const local = { host: from, port: this.#nextPort++ }
    const near = new Wire(this, local, to, false)
    const far = new Wire(this, to, local, true)
    if (options.tls !== undefined) secure(near, far, options.tls, listener.tls)
    else if (listener.tls?.plain === false) throw gone()
    near.peer = far
    far.peer = near
    this.#wires.add(near)
    this.#wires.add(far)
    far.recognise(listener)
    return near
  }

  forget(wire: Wire): void {
    this.#wires.delete(wire)
  }

  #open(host: string, options: DatagramOptions): Datagrams {
    const local = { host, port: options.port ?? this.#nextPort++ }
    const key = endpointText(local)
    this.#datagrams.set(key, options)
    return {
      local,
      send: (to, bytes) => {
        if (this.random.number() < this.weather.loss || this.#cut.has(host) || this.#cut.has(to.host)) return
        const copy = bytes.slice()
        this.clock.after(this.weather.latencyMs, () => this.#datagrams.get(endpointText(to))?.receive(local, copy))
      },
      [Symbol.asyncDispose]: async () => void this.#datagrams.delete(key),
    }
  }
}

/** One end of a simulated connection. */
class Wire implements Connection {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly incoming: boolean
  peer: Wire | undefined
  secured: Secured | undefined
  readonly #internet: Internet
  #receiver: Receiver | undefined
  #listener: ListenOptions | undefined
  #arrived: Uint8Array[] = []
  #paused = false
  #closed = false
  /** We send no more. */
  #saidAll = false
  /** The other side sends no more, and whether that was told. */
  #heard: 'not all' | 'all' | 'told' = 'not all'
  #ended: { fault: Fault | undefined } | undefined
  #underWay = 0
  /** When the wire is free for the next bytes. */
  #freeAt = 0

  constructor(internet: Internet, local: Endpoint, remote: Endpoint, incoming: boolean) {
    this.#internet = internet
    this.local = local
    this.remote = remote
    this.incoming = incoming
  }

  get pending(): number {
    return Math.max(0, this.#underWay - windowBytes)
  }

  recognise(listener: ListenOptions): void {
    this.#listener = listener
  }

  #recogniseNow(): void {
    const listener = this.#listener
    if (listener === undefined) return
    const head = Uint8Array.from(this.#arrived.flatMap((part) => [...part.subarray(0, 256)]))
    const verdict = listener.recognise(head)
    if (verdict === undefined) return
    this.#listener = undefined
    if (verdict) listener.accept(this, head)
    else this.close()
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver
    this.#deliver()
  }

  #deliver(): void {
    if (this.#listener !== undefined) this.#recogniseNow()
    const receiver = this.#receiver
    if (receiver === undefined) return
    while (!this.#paused && !this.#closed && this.#arrived.length > 0) receiver.receive(this.#arrived.shift()!)
    if (this.#heard === 'all' && this.#arrived.length === 0 && !this.#paused && !this.#closed) {
      this.#heard = 'told'
      if (this.#saidAll || receiver.finished === undefined) this.close()
      else receiver.finished()
    }
    if (this.#ended !== undefined && this.#arrived.length === 0 && !this.#closed) this.#finish(this.#ended.fault)
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    if (this.#closed || this.#saidAll) return sent?.()
    const internet = this.#internet
    const copy = bytes.slice()
    this.#underWay += copy.length
    const start = Math.max(internet.clock.now(), this.#freeAt)
    this.#freeAt = start + (copy.length * 1000) / internet.weather.bytesPerSecond
    internet.clock.after(this.#freeAt - internet.clock.now(), () => {
      this.#underWay -= copy.length
      sent?.()
      if (!this.#closed && this.pending === 0) this.#receiver?.drained?.()
    })
    internet.clock.after(this.#freeAt - internet.clock.now() + internet.weather.latencyMs, () => this.peer?.take(copy))
  }

  take(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#arrived.push(bytes)
    this.#deliver()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#deliver()
  }

  charge(): void {}

  finish(): void {
    if (this.#closed || this.#saidAll) return
    this.#saidAll = true
    this.#afterAll(() => this.peer?.heardAll())
  }

  heardAll(): void {
    this.#heard = 'all'
    this.#deliver()
  }

  close(fault?: Fault): void {
    if (this.#closed) return
    this.#afterAll(() => this.peer?.end(undefined))
    this.#finish(fault)
  }

  /** When what is under way has arrived. */
  #afterAll(then: () => void): void {
    const { clock, weather } = this.#internet
    clock.after(Math.max(clock.now(), this.#freeAt) - clock.now() + weather.latencyMs, then)
  }

  break(): void {
    this.end({ kind: 'gone', code: 'net/reset', message: 'The connection broke' })
  }

  end(fault: Fault | undefined): void {
    if (this.#closed) return
    this.#ended = { fault }
    this.#deliver()
  }

  #finish(fault: Fault | undefined): void {
    this.#closed = true
    this.#internet.forget(this)
    this.#receiver?.ended(fault)
  }
}

/** What stands for the certificate of a host. */
function fingerprintOf(host: string): Uint8Array {
  return new Uint8Array(32).fill(0x7f).map((byte, index) => byte ^ (host.charCodeAt(index % host.length) + index))
}

/** Settles as TLS would, without its bytes. */
function secure(near: Wire, far: Wire, wants: TlsConnect, offers: TlsListen | undefined): void {
  if (offers === undefined) throw fail('peer', 'net/tls', 'The other side speaks no TLS')
  const fingerprint = fingerprintOf(near.remote.host)
  if (wants.trust.kind === 'authorities')
    throw fail('peer', 'net/certificate', 'There are no authorities in this world')
  if (wants.trust.kind === 'pinned' && !wants.trust.fingerprints.some((one) => equal(one, fingerprint))) {
    throw fail('peer', 'net/certificate', 'The other side is not who it should be')
  }
  const alpn = offers.alpn?.find((protocol) => wants.alpn?.includes(protocol))
  const settled = { version: 'TLSv1.3', ...(alpn === undefined ? {} : { alpn }) } as const
  near.secured = { ...settled, fingerprint }
  far.secured = { ...settled, ...(offers.client === 'ignored' ? {} : { fingerprint: fingerprintOf(near.local.host) }) }
}
