import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Output } from '@kith/core/network/machine.ts'
import { fromLatin1, latin1 } from '@kith/wire/bytes.ts'
import type { FoundItem } from '../wire/found.ts'
import type { HubSelf, HubUser } from '../wire/hub-user.ts'
import { readCommand } from '../wire/nmdc-command.ts'
import { endpointIn } from '../wire/nmdc-endpoint.ts'
import { formatMyInfo, readMyInfo } from '../wire/nmdc-info.ts'
import { keyOf, readLock } from '../wire/nmdc-lock.ts'
import { nmdcRefusal } from '../wire/nmdc-refusal.ts'
import { formatResult, readResultText, readSearchText, searchText } from '../wire/nmdc-search.ts'
import type { NmdcText } from '../wire/nmdc-text.ts'
import { escapeNmdc, unescapeNmdc } from '../wire/nmdc-text.ts'
import type { Question } from '../wire/question.ts'
import { Held } from './held.ts'
import type { HubEvent, HubTalk, Meeting } from './hub-event.ts'
import { Splitter } from './splitter.ts'

const mostLineBytes = 256 * 1024
const keepAliveMs = 120_000
const loginMs = 60_000
const mostUsers = 200_000
/** Hubs send our own `$MyINFO` back after those of the others; one that does not is waited for so long. */
const settleMs = 3_000
const classicVersion = '1,0091'

export interface NmdcHubOptions {
  readonly self: HubSelf
  readonly text: NmdcText
  /** Our address as the hub's side of the connection sees it, until the hub tells. */
  readonly address: string
  /** `host:port` of the hub, which results name. */
  readonly hub: string
  readonly now: number
}

type State = 'lock' | 'nick' | 'normal' | 'closed'

/**
 * Our side of an NMDC hub. A nick is an identity, and here it is as the wire has it, a character for each byte.
 *
 * ```
 *        $Lock → $Supports $Key $ValidateNick       $GetPass → $MyPass
 *   lock ───────────────────────────────────► nick ─────────┐
 *                                              │ ▲──────────┘
 *                                              │ $Hello us → $Version $GetNickList $MyINFO
 *                                              ▼
 *                                            normal
 * ```
 */
export class NmdcHub implements HubTalk {
  readonly id: string
  readonly #users = new Map<string, HubUser>()
  readonly #operators = new Set<string>()
  readonly #addresses = new Map<string, string>()
  readonly #held = new Held()
  readonly #options: NmdcHubOptions
  readonly #splitter: Splitter
  readonly #out: Output<HubEvent>[] = []
  #self: HubSelf
  #told = ''
  #name = ''
  #state: State = 'lock'
  /** The hub has told who is there. */
  #isSettled = false
  #now: number
  #deadline: number

  constructor(options: NmdcHubOptions) {
    this.#options = options
    this.#self = options.self
    this.#now = options.now
    this.#deadline = options.now + loginMs
    this.id = options.text.write(options.self.nick.replace(/[$|<> ]/g, '_'))
    this.#splitter = new Splitter(0x7c, mostLineBytes, {
      line: (bytes) => this.#line(latin1(bytes)),
      body: () => {},
      bodyEnd: () => {},
    })
  }

  get users(): ReadonlyMap<string, HubUser> {
    return this.#users
  }

  get online(): boolean {
    return this.#isSettled
  }

  get deadline(): number | undefined {
    return this.#state === 'closed' ? undefined : this.#deadline
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#state === 'closed') return
    this.#now = now
    if (this.#isSettled) this.#deadline = now + keepAliveMs
    try {
      this.#splitter.receive(bytes)
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      this.#close(error.fault)
    }
  }

  tick(now: number): void {
    if (now < this.#deadline) return
    if (this.#state !== 'normal') {
      return this.#close({
        kind: 'gone',
        code: 'directconnect/login-timeout',
        message: 'The hub did not let us in in time',
      })
    }
    if (!this.#isSettled) return this.#settled(now)
    this.#send('|')
    this.#deadline = now + keepAliveMs
  }

  poll(): Output<HubEvent> | undefined {
    return this.#out.shift()
  }

  // What we do

  present(self: HubSelf): void {
    this.#self = self
    if (this.#state === 'normal') this.#inform()
  }

  say(text: string, me = false): void {
    this.#send(`<${this.id}> ${this.#written(me ? `/me ${text}` : text)}|`)
  }

  tell(to: string, text: string): void {
    this.#send(`$To: ${to} From: ${this.id} $<${this.id}> ${this.#written(text)}|`)
  }

  ask(question: Question): void {
    const from = this.#self.active ? `${this.#address}:${this.#self.udpPort}` : `Hub:${this.id}`
    this.#send(`$Search ${from} ${searchText(question, this.#options.text)}|`)
  }

  answer(to: string, _token: string, items: readonly FoundItem[]): void {
    for (const item of items) this.#send(this.#result(item, to))
  }

  result(item: FoundItem): Uint8Array {
    return fromLatin1(this.#result(item))!
  }

  datagram(bytes: Uint8Array): boolean {
    const raw = latin1(bytes)
    return raw.startsWith('$SR ') && this.#found(raw.slice(4).replace(/\|.*$/s, ''))
  }

  meet(to: string, { tls }: Meeting, port: number): void {
    this.#send(`$ConnectToMe ${to} ${this.#address}:${port}${tls ? 'S' : ''}|`)
  }

  invite(to: string): void {
    this.#send(`$RevConnectToMe ${this.id} ${to}|`)
  }

  traverse(to: string, { tls }: Meeting, port: number, first: boolean): void {
    const how = `${first ? 'N' : 'R'}${tls ? 'S' : ''}`
    // Who answers an invitation says who it is; some hubs pass on no line that says so otherwise.
    this.#send(`$ConnectToMe ${to} ${this.#address}:${port}${how}${first ? ` ${this.id}` : ''}|`)
  }

  raw(text: string): void {
    this.#send(this.#options.text.write(text))
  }

  // What comes

  #line(raw: string): void {
    if (raw === '' || this.#state === 'closed') return
    if (!raw.startsWith('$')) return this.#chat(raw)
    const space = raw.indexOf(' ')
    const command = space < 0 ? raw.slice(1) : raw.slice(1, space)
    const rest = space < 0 ? '' : raw.slice(space + 1)
    switch (command) {
      case 'Lock':
        return this.#lock(rest)
      case 'GetPass':
        return this.#password()
      case 'Hello':
        return this.#hello(rest, this.#now)
      case 'HubName':
        this.#name = this.#read(rest)
        return this.#event({ kind: 'title', name: this.#name, description: '' })
      case 'HubTopic':
        return this.#event({ kind: 'title', name: this.#name, description: this.#read(rest) })
      case 'MyINFO':
        return this.#info(rest)
      case 'Quit':
        return this.#left(rest)
      case 'OpList':
        return this.#operatorsAre(rest)
      case 'UserIP':
        return this.#addressesAre(rest)
      case 'To:':
        return this.#private(rest)
      case 'Search':
        return this.#question(rest)
      case 'SR':
        this.#found(rest)
        return
      case 'ConnectToMe':
        return this.#meet(rest)
      case 'RevConnectToMe':
        return this.#invited(rest)
      case 'ForceMove':
        return this.#moved(rest)
      case 'ZOn':
        return this.#splitter.expectPackedLines()
      case 'UserCommand': {
        const read = readCommand(this.#read(rest))
        return read === undefined ? undefined : this.#event({ kind: 'command', command: read })
      }
      default: {
        const fault = nmdcRefusal(command)
        if (fault !== undefined) this.#close(fault)
      }
    }
  }

  #lock(rest: string): void {
    if (this.#state !== 'lock') return
    this.#state = 'nick'
    const { lock, extended } = readLock(rest)
    if (extended) this.#send('$Supports UserCommand NoGetINFO NoHello UserIP2 TTHSearch ZPipe0|')
    this.#send(`$Key ${keyOf(lock)}|$ValidateNick ${this.id}|`)
  }

  #password(): void {
    const { password } = this.#self
    if (password !== undefined) return this.#send(`$MyPass ${this.#options.text.write(password)}|`)
    this.#close({
      kind: 'input',
      code: 'directconnect/password-needed',
      message: 'The hub asks for a password',
      hint: 'Add the hub as dchub://nick:password@host.',
    })
  }

  #hello(nick: string, now: number): void {
    if (nick !== this.id || this.#state !== 'nick') return
    this.#state = 'normal'
    this.#send(`$Version ${classicVersion}|$GetNickList|`)
    this.#inform()
    this.#deadline = now + settleMs
  }

  /** Whoever is asked before it knows us, or answers before we know it, is lost: so the lists come first. */
  #settled(now: number): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#deadline = now + keepAliveMs
    this.#event({ kind: 'online' })
  }

  #inform(): void {
    const line = formatMyInfo(this.#self, this.id, this.#options.text)
    if (line === this.#told) return
    this.#told = line
    this.#send(line)
  }

  #info(rest: string): void {
    const nick = /^\$ALL ([^ ]+)/.exec(rest)?.[1] ?? ''
    const address = this.#addresses.get(nick)
    const known = { operator: this.#operators.has(nick), ...(address === undefined ? {} : { address }) }
    const user = readMyInfo(rest, this.#options.text, known)
    const joined = !this.#users.has(nick)
    if (user === undefined || (joined && this.#users.size >= mostUsers)) return
    this.#held.set(nick, [nick, user.description, user.client])
    this.#users.set(nick, user)
    this.#event({ kind: 'user', user, joined })
    if (nick === this.id) this.#settled(this.#now)
  }

  #left(nick: string): void {
    const user = this.#users.get(nick)
    this.#users.delete(nick)
    this.#addresses.delete(nick)
    this.#held.delete(nick)
    this.#operators.delete(nick)
    if (user !== undefined) this.#event({ kind: 'left', user })
  }

  #operatorsAre(rest: string): void {
    this.#operators.clear()
    for (const nick of rest.split('$$').slice(0, mostUsers)) {
      const user = this.#users.get(nick)
      if (nick !== '') this.#operators.add(nick)
      if (user !== undefined) this.#users.set(nick, { ...user, operator: true })
    }
  }

  #addressesAre(rest: string): void {
    for (const pair of rest.split('$$')) {
      const [nick = '', address = ''] = pair.split(' ')
      if (!/^[\d.]{7,15}$|^[\da-f:]{3,39}$/i.test(address)) continue
      const user = this.#users.get(nick)
      if (user === undefined && nick !== this.id) continue
      this.#addresses.set(nick, address)
      if (user !== undefined) this.#users.set(nick, { ...user, address })
    }
  }

  #chat(raw: string): void {
    const match = /^<([^>]*)>(?: |$)(.*)$/s.exec(raw)
    if (match === null) return this.#event({ kind: 'chat', from: undefined, text: this.#read(raw), me: false })
    const [, nick = '', said = ''] = match
    const text = this.#read(said)
    const me = /^\/me (.+)$/s.exec(text)
    const from = nick === this.id || this.#users.has(nick) ? nick : undefined
    this.#event({ kind: 'chat', from, text: me?.[1] ?? text, me: me !== null })
  }

  #private(rest: string): void {
    const match = /^([^ ]+) From: ([^ ]+) \$<[^>]*> ?(.*)$/s.exec(rest)
    if (match === null || match[1] !== this.id) return
    const from = match[2]!
    this.#event({ kind: 'private', from, room: from, text: this.#read(match[3]!) })
  }

  #question(rest: string): void {
    const space = rest.indexOf(' ')
    const from = rest.slice(0, space)
    const question = readSearchText(rest.slice(space + 1), this.#options.text)
    if (question === undefined) return
    if (from.startsWith('Hub:')) {
      const id = from.slice(4)
      if (id !== this.id && this.#users.has(id))
        this.#event({ kind: 'question', question, reply: { kind: 'user', id, token: '' } })
      return
    }
    const at = endpointIn(from)
    if (at === undefined || (at.host === this.#address && at.port === this.#self.udpPort)) return
    this.#event({ kind: 'question', question, reply: { kind: 'datagram', ...at, token: '' } })
  }

  #found(raw: string): boolean {
    const result = readResultText(raw, this.#options.text)
    if (result === undefined || !this.#users.has(result.nick)) return false
    this.#event({ kind: 'found', from: result.nick, token: '', item: result.item })
    return true
  }

  #meet(rest: string): void {
    const [nick = '', where = '', from = ''] = rest.split(' ')
    const match = /^(.*?)([NR]?)(S?)$/.exec(where)
    const at = endpointIn(match?.[1] ?? '')
    if (nick !== this.id || at === undefined) return
    const [, , how, secure] = match!
    const meeting = { token: '', tls: secure === 'S' }
    if (how === '') return this.#event({ kind: 'meet', ...at, meeting })
    if (how === 'R') return this.#event({ kind: 'traverse', ...at, meeting, first: false })
    if (this.#users.has(from)) this.#event({ kind: 'traverse', from, ...at, meeting, first: true })
  }

  #invited(rest: string): void {
    const [from = '', to = ''] = rest.split(' ')
    const user = this.#users.get(from)
    if (to !== this.id || user === undefined) return
    this.#event({ kind: 'invite', from, meeting: { token: '', tls: user.tls } })
  }

  #moved(address: string): void {
    this.#event({ kind: 'redirect', address: this.#read(address) })
    this.#close({
      kind: 'unavailable',
      code: 'directconnect/redirected',
      message: 'The hub has sent us elsewhere',
    })
  }

  get #address(): string {
    return this.#addresses.get(this.id) ?? this.#options.address
  }

  #result(item: FoundItem, to?: string): string {
    const { hub, text } = this.#options
    const frame = { nick: this.id, slots: this.#self.slots, hubName: this.#name, hub }
    return formatResult(item, to === undefined ? frame : { ...frame, to }, text)
  }

  #read(raw: string): string {
    return unescapeNmdc(this.#options.text.read(raw))
  }

  #written(text: string): string {
    return this.#options.text.write(escapeNmdc(text))
  }

  #event(event: HubEvent): void {
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
