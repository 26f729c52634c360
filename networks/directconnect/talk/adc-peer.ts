import type { Output } from '@kith/core/network/machine.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { formatAdc, named, parseAdc } from '../wire/adc-line.ts'
import { numberIn } from '../wire/adc-search.ts'
import type { Ask } from '../wire/ask.ts'
import { readAsk } from '../wire/ask.ts'
import { Asking } from './asking.ts'
import { LineStream } from './line-stream.ts'
import type { PeerEvent, PeerTalk, Refusal, Taker } from './peer-event.ts'

/** Clients have little to say to each other: paths are the longest. */
const mostLineBytes = 64 * 1024
const helloMs = 30_000

export interface AdcPeerOptions {
  /** Ours, in base32. */
  readonly cid: string
  /** Names the meeting, where we dialled. */
  readonly token?: string
  readonly now: number
}

type State = 'protocol' | 'identify' | 'open'

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
  readonly #stream: LineStream<PeerEvent>
  #state: State = 'protocol'
  readonly #asking = new Asking()
  /** They can compress what they send. */
  #packs = false
  /** They have said who they are by then. */
  readonly #helloBy: number
  #now: number

  constructor(options: AdcPeerOptions) {
    this.#options = options
    this.#now = options.now
    this.#helloBy = options.now + helloMs
    this.#stream = new LineStream(0x0a, mostLineBytes, {
      line: (bytes) => this.#line(bytes),
      body: (bytes) => this.#asking.body(bytes),
      bodyEnd: () => this.#asking.bodyEnd(),
    })
    if (options.token !== undefined) this.#support()
  }

  get free(): boolean {
    return !this.#stream.closed && this.#state === 'open' && !this.#asking.open
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
    if (bytes.length === 0 || this.#stream.closed) return
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
    this.#stream.event({ kind: 'hello', cid, ...(token === undefined ? {} : { token }) })
    this.#stream.event({ kind: 'ready', taking: true })
  }

  #get(line: AdcLine): void {
    if (this.#state !== 'open') throw broken('directconnect/too-early', 'It asked before it said who it is')
    const ask = readAsk(line.words)
    if (ask === undefined) return this.#send('STA', ['140', 'Malformed request'])
    this.#stream.event({ kind: 'asked', ask })
  }

  #sending(line: AdcLine): void {
    this.#asking.announced(line.words, named(line, 'ZL', 4) === '1', this.#stream.input)
  }

  #status(line: AdcLine): void {
    const match = /^([012])(\d\d)$/.exec(line.words[0] ?? '')
    if (match === null || match[1] === '0') return
    const text = line.words[1] ?? ''
    const place = numberIn(named(line, 'QP', 2))
    if (this.#asking.refused()) {
      const refusal: Refusal =
        match[2] === '53'
          ? { kind: 'busy', ...(place === undefined ? {} : { place }) }
          : match[2] === '51' || match[2] === '52'
            ? { kind: 'absent' }
            : { kind: 'other', text }
      this.#stream.event({ kind: 'refused', refusal })
    }
    if (match[1] === '2')
      this.#stream.close({ kind: 'gone', code: 'directconnect/peer-refused', message: text || 'It refused us' })
  }

  #send(command: string, words: readonly string[]): void {
    this.#stream.send(utf8(formatAdc({ type: 'C', command, words })))
  }
}
