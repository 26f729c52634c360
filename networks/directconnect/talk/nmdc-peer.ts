import type { Output } from '@kith/core/network/machine.ts'
import { fromLatin1, latin1, strictText, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { numberIn } from '../wire/adc-search.ts'
import type { Ask } from '../wire/ask.ts'
import { readAsk } from '../wire/ask.ts'
import { formatLock, keyOf, readLock } from '../wire/nmdc-lock.ts'
import { Asking } from './asking.ts'
import { LineStream } from './line-stream.ts'
import type { PeerEvent, PeerTalk, Refusal, Taker } from './peer-event.ts'

const mostLineBytes = 64 * 1024
const helloMs = 30_000

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

type State = 'hello' | 'open'

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
  readonly #stream: LineStream<PeerEvent>
  #state: State = 'hello'
  #self: NmdcSelf | undefined
  #theirs: { readonly taking: boolean; readonly number: number } | undefined
  #supports = new Set<string>()
  #taking = false
  readonly #asking = new Asking()
  /** They have said who they are by then. */
  readonly #helloBy: number
  #now: number

  constructor(options: NmdcPeerOptions) {
    this.#options = options
    this.#now = options.now
    this.#helloBy = options.now + helloMs
    this.#stream = new LineStream(0x7c, mostLineBytes, {
      line: (bytes) => this.#line(bytes),
      body: (bytes) => this.#asking.body(bytes),
      bodyEnd: () => this.#asking.bodyEnd(),
    })
    if (options.dialled !== undefined) this.#introduce(options.dialled.nick)
  }

  get free(): boolean {
    return !this.#stream.closed && this.#state === 'open' && this.#taking && !this.#asking.open
  }

  get deadline(): number | undefined {
    if (this.#stream.closed) return undefined
    return this.#state === 'open' ? this.#asking.deadline : this.#helloBy
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stream.closed) return
    this.#now = now
    this.#asking.heard(now)
    this.#stream.receive(bytes)
  }

  tick(now: number): void {
    const { deadline } = this
    if (deadline === undefined || now < deadline) return
    const message = this.#state === 'open' ? 'It stopped in the middle of an answer' : 'It did not say who it is'
    this.#stream.close({ kind: 'gone', code: 'directconnect/peer-silent', message })
  }

  poll(): Output<PeerEvent> | undefined {
    return this.#stream.poll()
  }

  ask(ask: Ask, taker: Taker): void {
    this.#asking.ask(ask, taker, this.#now)
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
    if (this.#stream.closed || !raw.startsWith('$')) return
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
    this.#stream.event({ kind: 'hello', nick })
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
      return this.#stream.close({ kind: 'gone', code: 'directconnect/tie', message: 'Both want to take first' })
    this.#taking = this.#self.taking && (!taking || this.#options.number > number)
    if (this.#taking && !this.#supports.has('ADCGet'))
      throw broken('directconnect/no-common-protocol', 'The client is too old to take from')
    this.#state = 'open'
    this.#stream.event({ kind: 'ready', taking: this.#taking })
  }

  #get(rest: Uint8Array): void {
    if (this.#state !== 'open' || this.#taking)
      throw broken('directconnect/too-early', 'It asked although it is not its turn')
    const ask = readAsk(wordsOf(rest))
    if (ask === undefined) return this.refuse({ kind: 'other', text: 'Malformed request' })
    this.#stream.event({ kind: 'asked', ask })
  }

  #sending(rest: Uint8Array): void {
    const words = wordsOf(rest)
    this.#asking.announced(words, words.slice(4).includes('ZL1'), this.#stream.input)
  }

  #refused(refusal: Refusal): void {
    if (this.#asking.refused()) this.#stream.event({ kind: 'refused', refusal })
  }

  #send(raw: string): void {
    this.#stream.send(fromLatin1(raw) ?? new Uint8Array())
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
