import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Output } from '@kith/core/network/machine.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { formatAdc, named, parseAdc } from '../wire/adc-line.ts'
import { numberIn } from '../wire/adc-search.ts'
import type { Ask } from '../wire/ask.ts'
import { readAsk } from '../wire/ask.ts'
import type { PeerEvent, PeerTalk, Refusal, Taker } from './peer-event.ts'
import { Splitter } from './splitter.ts'

/** Clients have little to say to each other: paths are the longest. */
const mostLineBytes = 64 * 1024
const helloMs = 30_000
/** Who has begun to answer and then says nothing. */
const stalledMs = 60_000

export interface AdcPeerOptions {
  /** Ours, in base32. */
  readonly cid: string
  /** Names the meeting, where we dialled. */
  readonly token?: string
  readonly now: number
}

type State = 'protocol' | 'identify' | 'open' | 'closed'

/**
 * Client to client in ADC (ADC 1.0, 4.3.2). Who dialled speaks first.
 *
 * ```
 *            SUP                INF
 *   protocol ──────► identify ──────► open ⟲ GET → SND, bytes | STA
 * ```
 */
export class AdcPeer implements PeerTalk {
  readonly #options: AdcPeerOptions
  readonly #splitter: Splitter
  readonly #out: Output<PeerEvent>[] = []
  #state: State = 'protocol'
  #asked: { readonly ask: Ask; readonly taker: Taker } | undefined
  /** They can compress what they send. */
  #packs = false
  #deadline: number | undefined
  #now: number

  constructor(options: AdcPeerOptions) {
    this.#options = options
    this.#now = options.now
    this.#deadline = options.now + helloMs
    this.#splitter = new Splitter(0x0a, mostLineBytes, {
      line: (bytes) => this.#line(bytes),
      body: (bytes) => this.#asked!.taker.body(bytes),
      bodyEnd: () => this.#bodyEnd(),
    })
    if (options.token !== undefined) this.#support()
  }

  get free(): boolean {
    return this.#state === 'open' && this.#asked === undefined
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
    const zlib = ask.zlib && this.#packs
    const flags = [...(zlib ? ['ZL1'] : []), ...(recursive ? ['RE1'] : [])]
    this.#send('GET', [kind, name, `${start}`, `${bytes}`, ...flags])
  }

  give({ kind, name, start }: Ask, bytes: number, zlib: boolean): void {
    this.#send('SND', [kind, name, `${start}`, `${bytes}`, ...(zlib ? ['ZL1'] : [])])
  }

  refuse(refusal: Refusal): void {
    switch (refusal.kind) {
      case 'absent':
        return this.#send('STA', ['151', 'File Not Available'])
      case 'busy':
        return this.#send('STA', ['153', 'Slots full', ...(refusal.place === undefined ? [] : [`QP${refusal.place}`])])
      case 'other':
        return this.#send('STA', ['150', refusal.text])
    }
  }

  #line(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#state === 'closed') return
    const line = parseAdc(bytes)
    if (line.type !== 'C') throw broken('directconnect/adc-line', 'A client spoke like a hub')
    switch (line.command) {
      case 'SUP':
        return this.#supports(line)
      case 'INF':
        return this.#info(line)
      case 'GET':
        return this.#get(line)
      case 'SND':
        return this.#sending(line)
      case 'STA':
        return this.#status(line)
    }
  }

  #support(): void {
    this.#send('SUP', ['ADBASE', 'ADBAS0', 'ADTIGR', 'ADBZIP', 'ADZLIG'])
  }

  #supports(line: AdcLine): void {
    if (this.#state !== 'protocol') return
    if (!line.words.some((word) => word === 'ADBASE' || word === 'ADBAS0'))
      throw broken('directconnect/no-common-protocol', 'The client does not speak the base protocol')
    this.#packs = line.words.includes('ADZLIG')
    this.#state = 'identify'
    const { cid, token } = this.#options
    // Where both have dialled at the same time, both say who they are at once.
    if (token !== undefined) return this.#send('INF', [`ID${cid}`, `TO${token}`])
    this.#support()
    this.#send('INF', [`ID${cid}`])
  }

  #info(line: AdcLine): void {
    if (this.#state !== 'identify') return
    const cid = named(line, 'ID')
    const token = this.#options.token ?? named(line, 'TO')
    if (cid === undefined) throw broken('directconnect/adc-line', 'A client did not say who it is')
    this.#state = 'open'
    this.#deadline = undefined
    this.#event({ kind: 'hello', cid, ...(token === undefined ? {} : { token }) })
    this.#event({ kind: 'ready', taking: true })
  }

  #get(line: AdcLine): void {
    if (this.#state !== 'open') throw broken('directconnect/too-early', 'It asked before it said who it is')
    const ask = readAsk(line.words)
    if (ask === undefined) return this.#send('STA', ['140', 'Malformed request'])
    this.#event({ kind: 'asked', ask })
  }

  #sending(line: AdcLine): void {
    const asked = this.#asked
    const [kind, name, start, bytes] = line.words
    const length = numberIn(bytes)
    if (asked === undefined || kind !== asked.ask.kind || name !== asked.ask.name || length === undefined)
      throw broken('directconnect/unasked', 'It sends what nobody asked for')
    if (numberIn(start) !== asked.ask.start || (asked.ask.bytes >= 0 && length > asked.ask.bytes))
      throw broken('directconnect/unasked', 'It sends another part than it was asked for')
    const packed = named(line, 'ZL', 4) === '1'
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

  #status(line: AdcLine): void {
    const match = /^([012])(\d\d)$/.exec(line.words[0] ?? '')
    if (match === null || match[1] === '0') return
    const text = line.words[1] ?? ''
    const place = numberIn(named(line, 'QP', 2))
    if (this.#asked !== undefined) {
      this.#asked = undefined
      this.#deadline = undefined
      const refusal: Refusal =
        match[2] === '53'
          ? { kind: 'busy', ...(place === undefined ? {} : { place }) }
          : match[2] === '51' || match[2] === '52'
            ? { kind: 'absent' }
            : { kind: 'other', text }
      this.#event({ kind: 'refused', refusal })
    }
    if (match[1] === '2')
      this.#close({ kind: 'gone', code: 'directconnect/peer-refused', message: text || 'It refused us' })
  }

  #event(event: PeerEvent): void {
    this.#out.push({ kind: 'event', event })
  }

  #send(command: string, words: readonly string[]): void {
    this.#out.push({ kind: 'send', bytes: utf8(formatAdc({ type: 'C', command, words })) })
  }

  #close(fault: Fault): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#splitter.stop()
    this.#out.push({ kind: 'close', fault })
  }
}
