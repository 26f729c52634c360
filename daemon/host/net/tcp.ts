import type { OnReadOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Seat } from '@kith/core/limits/seats.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Secured } from '@kith/core/network/tls.ts'
import { endpointText, type Connection, type Endpoint, type Receiver } from '@kith/core/network/net.ts'
import { concat } from '@kith/wire/bytes.ts'
import { descriptorOf, readInside } from './adopt.ts'
import { Allowance } from './allowance.ts'
import { netFault } from './faults.ts'
import type { ReadSpace } from './read-space.ts'
import { sendQueue } from './send-queue.ts'

/** How long the other side may take to fetch what is pending, and to close, once we have closed. */
const LINGER_MS = 10_000

/** What every connection of this process shares. */
export interface TcpWorld {
  readonly clock: Clock
  readonly log: Log
  readonly space: ReadSpace
  /** Every connection that is not over. */
  readonly open: Set<Connection>
  isLocal(host: string): boolean
}

export interface TcpOptions {
  readonly remote: Endpoint
  readonly incoming: boolean
  readonly budget: Budget
  readonly seat: Seat
}

/**
 * A connection over a socket of Node, or another stream of two directions. Without limits a read costs one call back and no copy; with them it stops
 * reading whenever its turn is used up.
 *
 * ```
 *  open ──close(), both sides finished──► closing ──all sent, other side closed, or lingered──► closed ──► ended()
 *   │  └─ other side finished, nobody minds ──► closing                      ▲
 *   └── close(fault), reset ─────────────────────────────────────────────────┘
 * ```
 */
export class TcpConnection implements Connection {
  readonly remote: Endpoint
  readonly incoming: boolean
  readonly #world: TcpWorld
  readonly #seat: Seat
  readonly #queue = sendQueue((error) => this.#failed(error))
  readonly #allowance: Allowance
  #socket: Duplex | undefined
  #local: Endpoint = { host: '', port: 0 }
  #state: 'open' | 'closing' | 'closed' = 'open'
  #receiver: Receiver | undefined
  #fault: Fault | undefined
  #head: Uint8Array | undefined
  /** The socket is read through 'data' events. */
  #byEvents = false
  /** The other side's end came while there was a head. */
  #endWaits = false
  #held = false
  #flushing = false
  /** The other side sends no more. */
  #heardAll = false
  /** We send no more. */
  #saidAll = false
  #linger: Disposable | undefined
  #over = false
  #lent: ((fault: Fault | undefined) => void) | undefined
  #secured: Secured | undefined
  readonly #onData = (data: Uint8Array): void => {
    if (!this.#took(new Uint8Array(data.buffer, data.byteOffset, data.length))) this.#socket?.pause()
  }
  readonly #onEnd = (): void => {
    this.#endWaits = this.#head !== undefined && this.#state === 'open'
    if (this.#endWaits) return
    this.#heardAll = true
    if (this.#saidAll || this.#receiver?.finished === undefined) this.#leave()
    else if (this.#state === 'open') this.#tell('finished')
  }
  readonly #onError = (error: Error): void => {
    const lost = this.#state === 'open' || this.#queue.pending > 0
    if (lost) this.#fault ??= netFault(error, `talk to ${endpointText(this.remote)}`)
  }
  readonly #onClose = (): void => this.#finish()

  constructor(world: TcpWorld, options: TcpOptions) {
    this.#world = world
    this.remote = options.remote
    this.incoming = options.incoming
    this.#seat = options.seat
    this.#allowance = new Allowance(options.budget, {
      clock: world.clock,
      isLocal: world.isLocal(options.remote.host),
      ready: (direction) => (direction === 'down' ? this.#flow() : this.#flush()),
    })
  }

  /** How the socket has to be made, before `attach`. */
  get onread(): OnReadOpts & { buffer: () => Uint8Array } {
    return {
      buffer: () => this.#nextView(),
      callback: (bytes, buffer) => this.#took(bytes === buffer.length ? buffer : buffer.subarray(0, bytes)),
    }
  }

  /** Takes the socket over, paused and connected. Without `direct` it is read through 'data' events. */
  attach(socket: Duplex, local: Endpoint, direct: boolean): void {
    this.#socket = socket
    this.#local = local
    this.#world.open.add(this)
    this.#byEvents = !direct
    if (!direct) {
      socket.on('data', this.#onData)
      socket.pause()
    }
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    if (socket.readableEnded) process.nextTick(this.#onEnd)
    if (socket.destroyed) process.nextTick(() => this.#finish())
  }

  /**
   * Lets go of the socket, for TLS or HTTP/2 to read and write it; `head` was read and not used, and is the first that
   * they read. From then on this connection only holds its seat, until the socket has gone or `secure` is called.
   */
  unwrap(head: Uint8Array): Duplex {
    const socket = this.#socket!
    this.handBack(head)
    socket.off('data', this.#onData).off('end', this.#onEnd)
    if (this.#head !== undefined) socket.unshift(this.#head)
    this.#head = undefined
    return socket
  }

  /** Goes on inside TLS. */
  secure(inside: Duplex, secured: Secured): void {
    this.#socket?.off('close', this.#onClose)
    this.#secured = secured
    this.attach(inside, this.#local, false)
  }

  /**
   * Leaves the socket to who reads or writes it by a copy of this descriptor. From then on this connection only holds its seat
   * and counts what it is told of; `over` is called when it has ended. Undefined for what is no plain socket, or is open.
   */
  lend(over: (fault: Fault | undefined) => void): number | undefined {
    const fd = this.#socket === undefined ? undefined : descriptorOf(this.#socket)
    if (fd === undefined || this.#state !== 'open' || this.#receiver !== undefined) return undefined
    this.#stopReading()
    this.#lent = over
    return fd
  }

  /** What it may move: who moves bytes past this connection counts them there. */
  get allowance(): Allowance {
    return this.#allowance
  }

  get secured(): Secured | undefined {
    return this.#secured
  }

  get local(): Endpoint {
    return this.#local
  }

  get pending(): number {
    return this.#queue.pending
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver
    if (this.#byEvents) this.#readInside()
    const late = this.#over
    process.nextTick(() => {
      if (late) this.#tell('ended')
      else this.#flow()
    })
  }

  /** Lets go of the receiver. What it had read is given to the next one first. */
  handBack(head: Uint8Array): void {
    this.#receiver = undefined
    this.#stopReading()
    if (head.length > 0) this.#head = this.#head === undefined ? head : concat([head, this.#head])
  }

  /** From here on without events, where that can be had. */
  #readInside(): void {
    const socket = this.#socket
    if (socket === undefined || this.#over) return
    socket.off('data', this.#onData)
    const parts: Uint8Array[] = this.#head === undefined ? [] : [this.#head]
    for (let part = socket.read() as Uint8Array | null; part !== null; part = socket.read() as Uint8Array | null)
      parts.push(part)
    if (parts.length > 0) this.#head = concat(parts)
    if (readInside(socket, this.onread)) this.#byEvents = false
    else socket.on('data', this.#onData)
    socket.pause()
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    if (bytes.length > 0 && this.#state === 'open' && !this.#saidAll) {
      this.#queue.push(bytes, sent)
      this.#flushSoon()
    } else if (sent !== undefined) process.nextTick(sent)
  }

  pause(): void {
    this.#held = true
    this.#stopReading()
  }

  resume(): void {
    if (!this.#held) return
    this.#held = false
    // Not at once: whoever calls this is perhaps in the middle of `receive`.
    if (this.#head === undefined) this.#flow()
    else process.nextTick(() => this.#flow())
  }

  charge(budget: Budget): void {
    if (this.#over) return
    this.#allowance.charge(budget)
    this.#seat.move(this.#allowance.budget.seats)
    if (this.#receiver !== undefined) this.#flow()
    if (this.#queue.queued > 0) this.#flushSoon()
  }

  finish(): void {
    if (this.#heardAll) return this.#leave()
    if (this.#state !== 'open' || this.#saidAll) return
    this.#saidAll = true
    this.#flushSoon()
  }

  close(fault?: Fault): void {
    if (this.#state === 'closed') return
    if (fault === undefined) this.#leave()
    else {
      this.#fault ??= fault
      this.#state = 'closed'
      this.#socket?.destroy()
    }
  }

  /** Sends what is pending, then closes our side; the other side has some time to do the same. */
  #leave(): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#head = undefined
    this.#held = false
    this.#linger = this.#world.clock.after(LINGER_MS, () => this.#socket?.destroy())
    this.#flushSoon()
    // What still comes is thrown away: unread bytes would turn our end into a reset and lose what we sent.
    this.#flow()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#world.open.delete(this)
    this.#state = 'closed'
    this.#linger?.[Symbol.dispose]()
    this.#allowance.end()
    this.#seat[Symbol.dispose]()
    this.#queue.abandon()
    this.#lent?.(this.#fault)
    this.#tell('ended')
  }

  /** A receiver that throws has a bug; it must not take the others down with it. */
  #tell(what: 'drained' | 'finished' | 'ended'): void {
    try {
      if (what === 'drained') this.#receiver?.drained?.()
      else if (what === 'finished') this.#receiver?.finished?.()
      else this.#receiver?.ended(this.#fault)
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const fault = faultOf(error, `talk to ${endpointText(this.remote)}`)
    this.#world.log.error('a receiver failed', { fault, remote: endpointText(this.remote) })
    this.close(fault)
  }

  /** Takes what was read; false stops reading. */
  #took(bytes: Uint8Array): boolean {
    this.#allowance.took(bytes.length)
    if (this.#state === 'open') {
      // Several records of TLS are decrypted at once, and do not stop coming in the middle.
      if (this.#receiver === undefined || this.#held || this.#head !== undefined)
        this.#head = concat(this.#head === undefined ? [bytes] : [this.#head, bytes])
      else this.#deliver(bytes)
    }
    return this.#mayRead()
  }

  #deliver(bytes: Uint8Array): void {
    try {
      this.#receiver?.receive(bytes)
    } catch (error) {
      this.#failed(error)
    }
  }

  #nextView(): Uint8Array {
    const { space } = this.#world
    const most = this.#receiver === undefined ? 0 : this.#allowance.readBytes
    return most === undefined ? space.whole : space.first(most)
  }

  #mayRead(): boolean {
    if (this.#state === 'closed' || this.#held) return false
    if (this.#state === 'open' && this.#receiver === undefined) return false
    return this.#allowance.mayRead()
  }

  /** Gives the head, if there is one, and reads on. */
  #flow(): void {
    const head = this.#head
    if (head !== undefined && this.#state === 'open' && !this.#held && this.#receiver !== undefined) {
      this.#head = undefined
      this.#deliver(head)
    }
    if (this.#endWaits && this.#head === undefined) this.#onEnd()
    if (this.#head === undefined && this.#mayRead()) this.#socket?.resume()
  }

  #stopReading(): void {
    this.#allowance.restReading()
    this.#socket?.pause()
  }

  /** At the end of this turn of the event loop, so that several sends leave as one write. */
  #flushSoon(): void {
    if (this.#flushing || this.#queue.writing) return
    this.#flushing = true
    process.nextTick(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const socket = this.#socket
    if (socket === undefined || this.#queue.writing || this.#state === 'closed') return
    if (this.#queue.pending === 0) {
      if (this.#state === 'closing' || this.#saidAll) socket.end()
      return
    }
    const most = this.#allowance.maySend(this.#queue.queued)
    if (most <= 0 && this.#queue.queued > 0) return
    const bytes = this.#queue.write(socket, most, () => {
      if (this.#queue.pending > 0 || this.#state === 'closing' || this.#saidAll) this.#flush()
      else if (this.#state === 'open') this.#tell('drained')
    })
    this.#allowance.sent(bytes, this.#queue.queued)
  }
}
