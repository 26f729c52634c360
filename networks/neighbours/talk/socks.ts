import { type Fault, FaultError } from '@kith/core/fault/fault.ts'
import type { Machine, Output } from '@kith/core/network/machine.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { concat } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { Reader } from '@kith/wire/reader.ts'
import { Writer } from '@kith/wire/writer.ts'
import type { Place } from '../internet/places.ts'
import { readPlace, writePlace } from '../wire/socks.ts'
import { ASK_MS, type ProxyAnswers, type ProxyEvent, type Refusal, tooSlow } from './proxy.ts'

const VERSION = 5
const NO_AUTHENTICATION = 0
const NONE_ACCEPTABLE = 0xff
const commands = { connect: 1, associate: 3 } as const
/** RFC 1928 6. */
const replies = { ok: 0, broken: 1, refused: 2, unreachable: 4, unknown: 4, late: 6, command: 7 } as const
/** Greeting and request together, with the longest name and all methods. */
const MOST_BYTES = 1024
const nowhere: Place = { host: '0.0.0.0', port: 0 }

/**
 * The proxy's side of SOCKS 5 (RFC 1928), for programs of this machine: CONNECT and UDP ASSOCIATE, without a password.
 *
 * ```
 *   greeting ──methods──► request ──connect, associate──► asked ──answer──► over
 *       └────────────────────┴── nonsense, too slow ──► over
 * ```
 */
export class SocksTalk implements Machine<ProxyEvent>, ProxyAnswers {
  readonly #out: Output<ProxyEvent>[] = []
  #state: 'greeting' | 'request' | 'asked' | 'over' = 'greeting'
  #held: Uint8Array = new Uint8Array()
  #deadline: number | undefined

  constructor(now: number) {
    this.#deadline = now + ASK_MS
  }

  get deadline(): number | undefined {
    return this.#deadline
  }

  receive(bytes: Uint8Array): void {
    if (this.#state === 'over' || this.#state === 'asked') return
    this.#held = concat([this.#held, bytes])
    try {
      if (this.#state === 'greeting') this.#greeting()
      if (this.#state === 'request') this.#request()
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      const more = error.fault.code === 'wire/short' && this.#held.length <= MOST_BYTES
      if (!more) this.#end(error.fault)
    }
  }

  tick(now: number): void {
    if (this.#deadline !== undefined && now >= this.#deadline) this.#end(tooSlow())
  }

  poll(): Output<ProxyEvent> | undefined {
    return this.#out.shift()
  }

  connected(): void {
    this.#reply(replies.ok, nowhere)
    this.#state = 'over'
  }

  associated(at: Endpoint): void {
    this.#reply(replies.ok, at)
    this.#state = 'over'
  }

  refused(why: Refusal): void {
    this.#refuse(replies[why])
  }

  #greeting(): void {
    const reader = new Reader(this.#held)
    if (reader.u8() !== VERSION) throw broken('neighbours/socks', 'A program speaks no SOCKS 5')
    const methods = reader.bytes(reader.u8())
    const acceptable = methods.includes(NO_AUTHENTICATION)
    this.#send(Uint8Array.of(VERSION, acceptable ? NO_AUTHENTICATION : NONE_ACCEPTABLE))
    if (!acceptable) throw broken('neighbours/socks', 'A program wants to show a password, and none is needed')
    this.#held = this.#held.slice(reader.offset)
    this.#state = 'request'
  }

  #request(): void {
    const reader = new Reader(this.#held)
    if (reader.u8() !== VERSION) throw broken('neighbours/socks', 'A program speaks no SOCKS 5')
    const command = reader.u8()
    reader.u8()
    const to = readPlace(reader)
    if (command === commands.connect && to.port > 0) {
      this.#event({ kind: 'connect', to, rest: this.#held.slice(reader.offset) })
    } else if (command === commands.associate) this.#event({ kind: 'associate' })
    else this.#refuse(replies.command)
  }

  #event(event: ProxyEvent): void {
    this.#state = 'asked'
    this.#deadline = undefined
    this.#held = new Uint8Array()
    this.#out.push({ kind: 'event', event })
  }

  #refuse(code: number): void {
    if (this.#state !== 'greeting') this.#reply(code, nowhere)
    this.#end()
  }

  #reply(code: number, at: Place): void {
    const writer = new Writer(22).u8(VERSION).u8(code).u8(0)
    writePlace(writer, at)
    this.#send(writer.finish())
  }

  #send(bytes: Uint8Array): void {
    this.#out.push({ kind: 'send', bytes })
  }

  #end(fault?: Fault): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#deadline = undefined
    this.#out.push(fault === undefined ? { kind: 'close' } : { kind: 'close', fault })
  }
}
