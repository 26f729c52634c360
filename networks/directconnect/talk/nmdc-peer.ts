import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Output } from '@kith/core/network/machine.ts'
import { fromLatin1, latin1, strictText, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { numberIn } from '../wire/adc-search.ts'
import type { Ask } from '../wire/ask.ts'
import { readAsk } from '../wire/ask.ts'
import { formatLock, keyOf, readLock } from '../wire/nmdc-lock.ts'
import type { PeerEvent, PeerTalk, Refusal, Taker } from './peer-event.ts'
import { Splitter } from './splitter.ts'

const mostLineBytes = 64 * 1024
const helloMs = 30_000
const stalledMs = 60_000

/** What we are in a conversation with somebody, known once they have said who they are. */
export interface NmdcSelf {
  /** As the wire has it. */
  readonly nick: string
  /** Whether we want something of them. */
  readonly taking: boolean
}

export interface NmdcPeerOptions {
  /** Ours, where we dialled: then we speak first. */
  readonly dialled?: { readonly nick: string }
  /** Undefined for somebody with whom there is nothing to talk about. */
  self(theirNick: string): NmdcSelf | undefined
  readonly program: string
  /** Between 1 and 32,767: who of two that both want something gets it first. */
  readonly number: number
  readonly noise: string
  readonly now: number
}

type State = 'hello' | 'open' | 'closed'

/**
 * Client to client in NMDC. Who dialled says its nick and lock first; each answers a lock with what it supports, the
 * direction and the key. After that only one of them asks.
 *
 * ```
 *         $MyNick $Lock ⇄ $Supports $Direction $Key
 *   hello ─────────────────────────────────────────► open ⟲ $ADCGET → $ADCSND, bytes | $Error | $MaxedOut
 * ```
 */
export class NmdcPeer implements PeerTalk {
  readonly #options: NmdcPeerOptions
  readonly #splitter: Splitter
  readonly #out: Output<PeerEvent>[] = []
  #state: State = 'hello'
  #self: NmdcSelf | undefined
  #theirs: { readonly taking: boolean; readonly number: number } | undefined
  #supports = new Set<string>()
  #taking = false
  #asked: { readonly ask: Ask; readonly taker: Taker } | undefined
  #deadline: number | undefined
  #now: number

  constructor(options: NmdcPeerOptions) {
    this.#options = options
    this.#now = options.now
    this.#deadline = options.now + helloMs
    this.#splitter = new Splitter(0x7c, mostLineBytes, {
      line: (bytes) => this.#line(bytes),
      body: (bytes) => this.#asked!.taker.body(bytes),
      bodyEnd: () => this.#bodyEnd(),
    })
    if (options.dialled !== undefined) this.#introduce(options.dialled.nick)
  }

  get free(): boolean {
    return this.#state === 'open' && this.#taking && this.#asked === undefined
  }

  get deadline(): number | undefined {
    return this.#state === 'closed' ? undefined : this.#deadline
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#state === 'closed') return
    this.#now = now
    if (this.#asked !== undefined) this.#deadline = now + stalledMs
    try {
      this.#splitter.receive(bytes)
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      this.#close(error.fault)
    }
  }

  tick(now: number): void {
    if (this.#deadline === undefined || now < this.#deadline) return
    const message = this.#state === 'open' ? 'It stopped in the middle of an answer' : 'It did not say who it is'
    this.#close({ kind: 'gone', code: 'directconnect/peer-silent', message })
  }

  poll(): Output<PeerEvent> | undefined {
    return this.#out.shift()
  }

  ask(ask: Ask, taker: Taker): void {
    this.#asked = { ask, taker }
    this.#deadline = this.#now + stalledMs
    const { kind, name, start, bytes, recursive } = ask
    const zlib = ask.zlib && this.#supports.has('ZLIG')
    const flags = `${zlib ? ' ZL1' : ''}${recursive ? ' RE1' : ''}`
    this.#send(`$ADCGET ${kind} ${nameText(name)} ${start} ${bytes}${flags}|`)
  }

  give({ kind, name, start }: Ask, bytes: number, zlib: boolean): void {
    this.#send(`$ADCSND ${kind} ${nameText(name)} ${start} ${bytes}${zlib ? ' ZL1' : ''}|`)
  }

  refuse(refusal: Refusal): void {
    switch (refusal.kind) {
      case 'absent':
        return this.#send('$Error File Not Available|')
      case 'busy':
        return this.#send(refusal.place === undefined ? '$MaxedOut|' : `$MaxedOut ${refusal.place}|`)
      case 'other':
        return this.#send(`$Error ${nameText(refusal.text.replace(/[$|]/g, ''))}|`)
    }
  }

  #line(bytes: Uint8Array): void {
    const raw = latin1(bytes)
    if (this.#state === 'closed' || !raw.startsWith('$')) return
    const space = raw.indexOf(' ')
    const command = space < 0 ? raw.slice(1) : raw.slice(1, space)
    const rest = space < 0 ? '' : raw.slice(space + 1)
    switch (command) {
      case 'MyNick':
        return this.#named(rest)
      case 'Lock':
        return this.#lock(rest)
      case 'Supports':
        this.#supports = new Set(rest.split(' '))
        return
      case 'Direction':
        return this.#direction(rest)
      case 'Key':
        return this.#key()
      case 'ADCGET':
        return this.#get(bytes.subarray(space + 1))
      case 'ADCSND':
        return this.#sending(bytes.subarray(space + 1))
      case 'Error':
      case 'Failed':
        return this.#refused(
          /not available|no such|not found/i.test(rest) ? { kind: 'absent' } : { kind: 'other', text: rest },
        )
      case 'MaxedOut': {
        const place = numberIn(rest)
        return this.#refused({ kind: 'busy', ...(place === undefined ? {} : { place }) })
      }
    }
  }

  #introduce(nick: string): void {
    this.#send(`$MyNick ${nick}|${formatLock(this.#options.noise, this.#options.program)}`)
  }

  #named(nick: string): void {
    if (this.#self !== undefined) throw broken('directconnect/nmdc-order', 'It says twice who it is')
    this.#self = this.#options.self(nick)
    if (this.#self === undefined) throw broken('directconnect/stranger', 'It is nobody who was expected')
    this.#event({ kind: 'hello', nick })
    if (this.#options.dialled === undefined) this.#introduce(this.#self.nick)
  }

  #lock(rest: string): void {
    const { lock, extended } = readLock(rest)
    if (this.#self === undefined || !extended)
      throw broken('directconnect/nmdc-order', 'It did not say who it is, or is too old')
    const direction = this.#self.taking ? `Download ${this.#options.number}` : 'Upload 0'
    this.#send(`$Supports MiniSlots XmlBZList ADCGet TTHL TTHF ZLIG |$Direction ${direction}|$Key ${keyOf(lock)}|`)
  }

  #direction(rest: string): void {
    const match = /^(Download|Upload) (\d{1,6})$/.exec(rest)
    if (match === null) throw broken('directconnect/nmdc-order', 'It names no direction')
    this.#theirs = { taking: match[1] === 'Download', number: Number(match[2]) }
  }

  #key(): void {
    if (this.#state !== 'hello') return
    if (this.#self === undefined || this.#theirs === undefined)
      throw broken('directconnect/nmdc-order', 'It begins with a key')
    const { taking, number } = this.#theirs
    if (this.#self.taking && taking && number === this.#options.number)
      return this.#close({ kind: 'gone', code: 'directconnect/tie', message: 'Both want to take first' })
    this.#taking = this.#self.taking && (!taking || this.#options.number > number)
    if (this.#taking && !this.#supports.has('ADCGet'))
      throw broken('directconnect/no-common-protocol', 'The client is too old to take from')
    this.#state = 'open'
    this.#deadline = undefined
    this.#event({ kind: 'ready', taking: this.#taking })
  }

  #get(rest: Uint8Array): void {
    if (this.#state !== 'open' || this.#taking)
      throw broken('directconnect/too-early', 'It asked although it is not its turn')
    const ask = readAsk(wordsOf(rest))
    if (ask === undefined) return this.refuse({ kind: 'other', text: 'Malformed request' })
    this.#event({ kind: 'asked', ask })
  }

  #sending(rest: Uint8Array): void {
    const asked = this.#asked
    const [kind, name, start, bytes, ...flags] = wordsOf(rest)
    const length = numberIn(bytes)
    if (asked === undefined || kind !== asked.ask.kind || name !== asked.ask.name || length === undefined)
      throw broken('directconnect/unasked', 'It sends what nobody asked for')
    if (numberIn(start) !== asked.ask.start || (asked.ask.bytes >= 0 && length > asked.ask.bytes))
      throw broken('directconnect/unasked', 'It sends another part than it was asked for')
    const packed = flags.includes('ZL1')
    if (packed && !asked.ask.zlib) throw broken('directconnect/unasked', 'It compresses what it was not asked to')
    asked.taker.begin(length)
    if (length === 0) this.#bodyEnd()
    else if (packed) this.#splitter.expectPacked(length)
    else this.#splitter.expect(length)
  }

  #bodyEnd(): void {
    const { taker } = this.#asked!
    this.#asked = undefined
    this.#deadline = undefined
    taker.end()
  }

  #refused(refusal: Refusal): void {
    if (this.#asked === undefined) return
    this.#asked = undefined
    this.#deadline = undefined
    this.#event({ kind: 'refused', refusal })
  }

  #event(event: PeerEvent): void {
    this.#out.push({ kind: 'event', event })
  }

  #send(raw: string): void {
    this.#out.push({ kind: 'send', bytes: fromLatin1(raw) ?? new Uint8Array() })
  }

  #close(fault: Fault): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#splitter.stop()
    this.#out.push({ kind: 'close', fault })
  }
}

/** Names are UTF-8, whatever the hub's charset; a space in one is escaped. */
function nameText(name: string): string {
  return latin1(utf8(name.replace(/[\\ ]/g, (one) => (one === ' ' ? '\\ ' : '\\\\'))))
}

function wordsOf(bytes: Uint8Array): readonly string[] {
  const text = strictText(bytes)
  if (text === undefined) throw broken('directconnect/nmdc-order', 'A name is not UTF-8')
  const words = text.match(/(?:\\.|[^\\ ])+/gs) ?? []
  return words.map((word) => word.replace(/\\(.)/gs, (_, one: string) => (one === 's' ? ' ' : one)))
}
