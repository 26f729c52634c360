import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Endpoint, Receiver } from '@kith/core/network/net.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { base32, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { Settings } from '../../settings.ts'
import { settings as schema } from '../../settings.ts'
import { type HubHost, OpenHub } from '../open-hub.ts'

const kernel = new TigerKernel()

/** Somebody's end of a connection to the hub. */
export class Caller implements Connection {
  readonly remote: Endpoint
  readonly local: Endpoint = { host: '10.0.0.1', port: 1511 }
  readonly incoming = true
  pending = 0
  closed = false
  #receiver: Receiver | undefined
  #said = ''
  readonly #clock: Hours

  constructor(clock: Hours, host: string) {
    this.#clock = clock
    this.remote = { host, port: 40_000 }
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver
  }

  send(bytes: Uint8Array): void {
    if (!this.closed) this.#said += lossyText(bytes)
  }

  close(): void {
    this.closed = true
  }

  pause(): void {}
  resume(): void {}
  charge(): void {}
  finish(): void {}

  feed(bytes: Uint8Array): void {
    this.#receiver?.receive(bytes)
  }

  tell(text: string | Uint8Array): string {
    this.feed(typeof text === 'string' ? utf8(text) : text)
    return this.heard()
  }

  /** What was said to them since they were asked last. */
  heard(): string {
    this.#clock.go(20)
    const said = this.#said
    this.#said = ''
    return said
  }
}

export class Place {
  readonly clock: Hours = new Hours()
  readonly kept: Map<string, Uint8Array> = new Map()
  /** What is left of it when the daemon is killed. */
  onDisk: ReadonlyMap<string, Uint8Array> = new Map()
  readonly settings: Settings
  readonly host: Host
  hub: OpenHub
  #callers = 0

  constructor(more: Partial<Settings> = {}) {
    this.settings = { ...defaults(schema), ...more }
    let byte = 0
    const host: HubHost = {
      clock: this.clock,
      keep: {
        get: (key) => this.kept.get(key),
        set: (key, value) => void (value === undefined ? this.kept.delete(key) : this.kept.set(key, value)),
      },
      record: () => void (this.onDisk = new Map(this.kept)),
      random: { number: () => 0.5, bytes: (length) => new Uint8Array(length).map(() => byte++ % 256) },
      self: { program: 'Kith', version: '0.1.0', device: 'test' },
    }
    this.host = host as Host
    this.hub = this.#open()
  }

  #open(): OpenHub {
    return new OpenHub(this.host, this.settings, kernel, '10.0.0.1:1511')
  }

  again(): void {
    this.hub[Symbol.dispose]()
    this.hub = this.#open()
  }

  /** What was not put on the disk is gone. */
  killed(): void {
    this.kept.clear()
    for (const [key, value] of this.onDisk) this.kept.set(key, value)
    this.again()
  }

  call(first: string, host: string = `10.1.${this.#callers >> 8}.${this.#callers++ & 255}`): Caller {
    const caller = new Caller(this.clock, host)
    this.hub.accept(caller, utf8(first))
    return caller
  }

  /** Somebody who has logged in with ADC, and their session. */
  adc(nick: string, more: string = 'SS1000 SL3 SUTCP4,UDP4 U4412', host?: string): Caller & { sid: string } {
    const caller = this.call('HSUP ', host)
    const sid = /ISID (\w+)/.exec(caller.tell('HSUP ADBASE ADTIGR\n'))![1]!
    caller.tell(login(sid, nick, more))
    return Object.assign(caller, { sid })
  }

  nmdc(nick: string, tag: string = 'M:A,H:1/0/0,S:3', shared: number = 1000, host?: string): Caller {
    const caller = this.call('', host)
    caller.tell(`$Supports NoGetINFO NoHello BotINFO|$Key x|$ValidateNick ${nick}|`)
    caller.tell(`$Version 1,0091|$GetNickList|$MyINFO $ALL ${nick} about<Prog V:1,${tag}>$ $100\x01$$${shared}$|`)
    return caller
  }
}

/** What somebody proves their identity with. */
export function secretOf(nick: string): Uint8Array {
  return kernel.digest(utf8(`secret of ${nick}`))
}

/** How somebody says in ADC who they are. */
export function login(sid: string, nick: string, more: string): string {
  const secret = secretOf(nick)
  return `BINF ${sid} ID${base32(kernel.digest(secret))} PD${base32(secret)} NI${nick} ${more}\n`
}
