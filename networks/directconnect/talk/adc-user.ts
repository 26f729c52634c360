import type { Output } from '@kith/core/network/machine.ts'
import { base32, concat, equal, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { updateFields } from '../wire/adc-info.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { formatAdc, named, parseAdc } from '../wire/adc-line.ts'
import { readResult, readSearch } from '../wire/adc-search.ts'
import { fromTiger } from '../wire/cid.ts'
import { mostFieldLength, mostUserLineBytes, userLoginMs, userSilenceMs } from '../wire/user-limits.ts'
import type { Refusal } from '../wire/refusal.ts'
import { refusalCode } from '../wire/refusal.ts'
import { LineStream } from './line-stream.ts'
import type { UserEvent, UserTalk } from './user-event.ts'

/** What only the hub may say of somebody, or nobody: the proof of identity, the class, the hub's own marks. */
const hubsOwn: ReadonlySet<string> = new Set(['PD', 'CT', 'HI', 'TO'])
/** Said once, at login. */
const fixed: ReadonlySet<string> = new Set([...hubsOwn, 'ID', 'NI', 'I4', 'I6'])

export interface AdcUserOptions {
  /** What they are called here: four letters. */
  readonly session: string
  /** Their address as we see it: what others will dial, whatever they say. */
  readonly address: string
  readonly now: number
  /** The words of the hub's own `INF`; a pinger is told more. */
  about(pinger: boolean): readonly string[]
  random(length: number): Uint8Array
  tiger(bytes: Uint8Array): Uint8Array
}

type State = 'protocol' | 'identify' | 'named' | 'verify' | 'normal'

/**
 * The hub's side of ADC (ADC 1.0, 4).
 *
 * ```
 *            SUP → SUP SID INF             INF → named            challenge: GPA
 *   protocol ─────────────────► identify ───────────► named ◄─────────────────────► verify
 *                                                       │               PAS → password
 *                                                       │ welcome
 *                                                       ▼
 *                                                     normal
 * ```
 */
export class AdcUser implements UserTalk {
  readonly #options: AdcUserOptions
  readonly #fields = new Map<string, string>()
  readonly #stream: LineStream<UserEvent>
  /** Where a password was asked for. */
  #salt: Uint8Array | undefined
  #state: State = 'protocol'
  #menus = false
  #deadline: number

  constructor(options: AdcUserOptions) {
    this.#options = options
    this.#deadline = options.now + userLoginMs
    this.#stream = new LineStream(0x0a, mostUserLineBytes, { line: (bytes) => this.#line(bytes) }, ({ message }) =>
      this.refuse({ kind: 'protocol', text: message }),
    )
  }

  get deadline(): number | undefined {
    return this.#stream.closed ? undefined : this.#deadline
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stream.closed) return
    if (this.#state === 'normal') this.#deadline = now + userSilenceMs
    this.#stream.receive(bytes)
  }

  tick(now: number): void {
    if (now < this.#deadline) return
    this.#deadline = now + userSilenceMs
    if (this.#state === 'normal') return this.send(Uint8Array.of(0x0a))
    this.#stream.close({ kind: 'gone', code: 'directconnect/login-timeout', message: 'It did not log in in time' })
  }

  poll(): Output<UserEvent> | undefined {
    return this.#stream.poll()
  }

  challenge(): void {
    if (this.#state !== 'named') return
    this.#state = 'verify'
    const salt = this.#options.random(24)
    this.#salt = salt
    this.#say({ type: 'I', command: 'GPA', words: [base32(salt)] })
  }

  welcome(): void {
    if (this.#state !== 'named') return
    this.#state = 'normal'
    const changes = [...this.#fields].map(([name, value]) => name + value)
    this.#stream.event({ kind: 'profile', fields: this.#fields, changes })
  }

  refuse(why: Refusal): void {
    const flags = why.seconds === undefined ? [] : [`TL${Math.ceil(why.seconds)}`]
    this.#say({ type: 'I', command: 'STA', words: [refusalCode(why), why.text, ...flags] })
    if (this.#state === 'normal')
      this.#say({ type: 'I', command: 'QUI', words: [this.#options.session, `MS${why.text}`, ...flags] })
    this.#stream.close()
  }

  send(bytes: Uint8Array): void {
    this.#stream.send(bytes)
  }

  #line(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#stream.closed) return
    const parsed = attempt(() => parseAdc(bytes))
    if (!parsed.ok) {
      if (this.#state === 'normal') return this.#stream.event({ kind: 'broken', text: parsed.fault.message })
      return this.refuse({ kind: 'protocol', text: parsed.fault.message })
    }
    const line = parsed.value
    if ('from' in line && line.from !== this.#options.session)
      return this.refuse({ kind: 'protocol', text: 'That session is not yours' })
    switch (this.#state) {
      case 'protocol':
        return this.#hello(line)
      case 'identify':
        return this.#introduced(line)
      case 'verify':
        return this.#password(line)
      case 'named':
        return
      case 'normal':
        return this.#heard(line, concat([bytes, Uint8Array.of(0x0a)]))
    }
  }

  #hello(line: AdcLine): void {
    const has = (...names: string[]): boolean => names.some((name) => line.words.includes(`AD${name}`))
    if (line.type !== 'H' || line.command !== 'SUP' || !has('BASE', 'BAS0'))
      return this.refuse({ kind: 'protocol', text: 'This is an ADC hub: it wants the base protocol' })
    this.#state = 'identify'
    this.#menus = has('UCMD', 'UCM0')
    this.#say({ type: 'I', command: 'SUP', words: ['ADBASE', 'ADTIGR', 'ADPING', 'ADUCMD', 'ADUCM0'] })
    this.#say({ type: 'I', command: 'SID', words: [this.#options.session] })
    this.#say({ type: 'I', command: 'INF', words: this.#options.about(has('PING')) })
  }

  #introduced(line: AdcLine): void {
    if (line.command !== 'INF' || line.type !== 'B') return
    updateFields(this.#fields, line.words.filter(bounded))
    const [cid, secret, nick] = [this.#fields.get('ID'), this.#fields.get('PD'), this.#fields.get('NI')]
    for (const name of hubsOwn) this.#fields.delete(name)
    const claimed = fromTiger(cid ?? '')
    const proof = fromTiger(secret ?? '')
    if (claimed === undefined || proof === undefined || !equal(this.#options.tiger(proof), claimed))
      return this.refuse({ kind: 'identity', text: 'Your identities do not belong together' })
    if (nick === undefined) return this.refuse({ kind: 'nick-bad', text: 'You have no nick' })
    const { address } = this.#options
    const [own, other] = address.includes(':') ? ['I6', 'I4'] : ['I4', 'I6']
    this.#fields.delete(other)
    this.#fields.set(own, address)
    this.#state = 'named'
    this.#stream.event({ kind: 'named', nick, cid: cid!, menus: this.#menus })
  }

  #password(line: AdcLine): void {
    if (line.command !== 'PAS' || line.type !== 'H') return
    const given = fromTiger(line.words[0] ?? '')
    const salt = this.#salt!
    this.#state = 'named'
    const proves = (password: string): boolean =>
      given !== undefined && equal(this.#options.tiger(concat([utf8(password), salt])), given)
    this.#stream.event({ kind: 'password', proves })
  }

  #heard(line: AdcLine, native: Uint8Array): void {
    if (line.type === 'C' || line.type === 'I' || line.type === 'U') return
    if (line.type === 'H') return this.#stream.event({ kind: 'passed', to: undefined, native })
    const to = 'to' in line ? line.to : undefined
    const features = line.type === 'F' ? { features: line.features } : {}
    switch (line.command) {
      case 'INF':
        return line.type === 'B' ? this.#changed(line) : undefined
      case 'MSG': {
        const text = line.words[0] ?? ''
        const me = named(line, 'ME', 1) === '1'
        if (to !== undefined)
          return this.#stream.event({ kind: 'private', to, text: me ? `/me ${text}` : text, native })
        return line.type === 'B' ? this.#stream.event({ kind: 'chat', text, me }) : undefined
      }
      case 'SCH': {
        const asked = readSearch(line)
        return this.#stream.event({ kind: 'question', asked, native, ...(to === undefined ? {} : { to }), ...features })
      }
      case 'RES':
        if (to === undefined) return
        return this.#stream.event({ kind: 'result', to, item: readResult(line)?.item, native })
      case 'CTM':
      case 'RCM': {
        if (to === undefined) return
        const token = line.words[line.command === 'CTM' ? 2 : 1] ?? ''
        return this.#stream.event({ kind: 'meeting', to, protocol: line.words[0] ?? '', token, native })
      }
      default:
        // Words to all are for the hub's own commands only.
        if (line.type !== 'B') this.#stream.event({ kind: 'passed', to, native, ...features })
    }
  }

  #changed(line: AdcLine): void {
    const changes = line.words.filter((word) => {
      const name = word.slice(0, 2)
      return bounded(word) && !fixed.has(name) && (this.#fields.get(name) ?? '') !== word.slice(2)
    })
    if (changes.length === 0) return
    updateFields(this.#fields, changes)
    this.#stream.event({ kind: 'profile', fields: this.#fields, changes })
  }

  #say(line: AdcLine): void {
    this.send(utf8(formatAdc(line)))
  }
}

function bounded(word: string): boolean {
  return word.length <= mostFieldLength
}
