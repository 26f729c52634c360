import type { Output } from '@kith/core/network/machine.ts'
import { fromLatin1, latin1 } from '@kith/wire/bytes.ts'
import type { FoundItem } from '../wire/found.ts'
import type { HubSelf, HubUser } from '../wire/hub-user.ts'
import { formatAction, formatChat, formatPrivate, readAction, readChat, readPrivate } from '../wire/nmdc-chat.ts'
import { readCommand } from '../wire/nmdc-command.ts'
import { endpointIn } from '../wire/nmdc-endpoint.ts'
import { formatMyInfo } from '../wire/nmdc-info.ts'
import { keyOf, readLock } from '../wire/nmdc-lock.ts'
import { formatMeeting, readMeeting } from '../wire/nmdc-meeting.ts'
import { nmdcRefusal } from '../wire/nmdc-refusal.ts'
import { formatResult, readResultText, readSearchText, searchText } from '../wire/nmdc-search.ts'
import type { NmdcText } from '../wire/nmdc-text.ts'
import { escapeNmdc, unescapeNmdc } from '../wire/nmdc-text.ts'
import type { Question } from '../wire/question.ts'
import type { HubEvent, HubTalk, Meeting } from './hub-event.ts'
import { keepAliveMs, loginMs, notLetIn, passwordNeeded } from './hub-limits.ts'
import { LineStream } from './line-stream.ts'
import { NmdcUserList } from './nmdc-user-list.ts'

const mostLineBytes = 256 * 1024
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

type State = 'lock' | 'nick' | 'normal'

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
  readonly #list: NmdcUserList
  readonly #options: NmdcHubOptions
  readonly #stream: LineStream<HubEvent>
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
    this.#list = new NmdcUserList(this.id, options.text)
    this.#stream = new LineStream(0x7c, mostLineBytes, { line: (bytes) => this.#line(latin1(bytes)) })
  }

  get users(): ReadonlyMap<string, HubUser> {
    return this.#list.users
  }

  get online(): boolean {
    return this.#isSettled
  }

  get deadline(): number | undefined {
    return this.#stream.closed ? undefined : this.#deadline
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stream.closed) return
    this.#now = now
    if (this.#isSettled) this.#deadline = now + keepAliveMs
    this.#stream.receive(bytes)
  }

  tick(now: number): void {
    if (now < this.#deadline) return
    if (this.#state !== 'normal') return this.#stream.close(notLetIn)
    if (!this.#isSettled) return this.#settled(now)
    this.#send('|')
    this.#deadline = now + keepAliveMs
  }

  poll(): Output<HubEvent> | undefined {
    return this.#stream.poll()
  }

  // What we do

  present(self: HubSelf): void {
    this.#self = self
    if (this.#state === 'normal') this.#inform()
  }

  say(text: string, me = false): void {
    this.#send(formatChat(this.id, this.#written(formatAction(text, me))))
  }

  tell(to: string, text: string): void {
    this.#send(formatPrivate(this.id, to, this.#written(text)))
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
    this.#send(formatMeeting({ to, way: '', tls }, `${this.#address}:${port}`, this.id))
  }

  invite(to: string): void {
    this.#send(`$RevConnectToMe ${this.id} ${to}|`)
  }

  traverse(to: string, { tls }: Meeting, port: number, first: boolean): void {
    this.#send(formatMeeting({ to, way: first ? 'N' : 'R', tls }, `${this.#address}:${port}`, this.id))
  }

  raw(text: string): void {
    this.#send(this.#options.text.write(text))
  }

  // What comes

  #line(raw: string): void {
    if (raw === '' || this.#stream.closed) return
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
        return this.#stream.event({ kind: 'title', name: this.#name, description: '' })
      case 'HubTopic':
        return this.#stream.event({ kind: 'title', name: this.#name, description: this.#read(rest) })
      case 'MyINFO':
        return this.#info(rest)
      case 'Quit':
        return this.#left(rest)
      case 'OpList':
        return this.#list.operatorsAre(rest)
      case 'UserIP':
        return this.#list.addressesAre(rest)
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
        return this.#stream.input.expectPackedLines()
      case 'UserCommand': {
        const read = readCommand(this.#read(rest))
        return read === undefined ? undefined : this.#stream.event({ kind: 'command', command: read })
      }
      default: {
        const fault = nmdcRefusal(command)
        if (fault !== undefined) this.#stream.close(fault)
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
    this.#stream.close(passwordNeeded('dchub'))
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
    this.#stream.event({ kind: 'online' })
  }

  #inform(): void {
    const line = formatMyInfo(this.#self, this.id, this.#options.text)
    if (line === this.#told) return
    this.#told = line
    this.#send(line)
  }

  #info(rest: string): void {
    const told = this.#list.update(rest)
    if (told === undefined) return
    this.#stream.event({ kind: 'user', ...told })
    // Before we are let in it is of somebody who was called so, perhaps ourselves a while ago.
    if (told.user.id === this.id && this.#state === 'normal') this.#settled(this.#now)
  }

  #left(nick: string): void {
    const user = this.#list.remove(nick)
    if (user !== undefined) this.#stream.event({ kind: 'left', user })
  }

  #chat(raw: string): void {
    const said = readChat(raw)
    if (said === undefined)
      return this.#stream.event({ kind: 'chat', from: undefined, text: this.#read(raw), me: false })
    const { nick } = said
    const from = nick === this.id || this.#list.users.has(nick) ? nick : undefined
    this.#stream.event({ kind: 'chat', from, ...readAction(this.#read(said.text)) })
  }

  #private(rest: string): void {
    const said = readPrivate(rest)
    if (said === undefined || said.to !== this.id) return
    const { from } = said
    this.#stream.event({ kind: 'private', from, room: from, text: this.#read(said.text) })
  }

  #question(rest: string): void {
    const space = rest.indexOf(' ')
    const from = rest.slice(0, space)
    const question = readSearchText(rest.slice(space + 1), this.#options.text)
    if (question === undefined) return
    if (from.startsWith('Hub:')) {
      const id = from.slice(4)
      if (id !== this.id && this.#list.users.has(id))
        this.#stream.event({ kind: 'question', question, reply: { kind: 'user', id, token: '' } })
      return
    }
    const at = endpointIn(from)
    if (at === undefined || (at.host === this.#address && at.port === this.#self.udpPort)) return
    this.#stream.event({ kind: 'question', question, reply: { kind: 'datagram', ...at, token: '' } })
  }

  #found(raw: string): boolean {
    const result = readResultText(raw, this.#options.text)
    if (result === undefined || !this.#list.users.has(result.nick)) return false
    this.#stream.event({ kind: 'found', from: result.nick, token: '', item: result.item })
    return true
  }

  #meet(rest: string): void {
    const read = readMeeting(rest)
    if (read === undefined || read.to !== this.id) return
    const { at, way, tls, from } = read
    const meeting = { token: '', tls }
    if (way === '') return this.#stream.event({ kind: 'meet', ...at, meeting })
    if (way === 'R') return this.#stream.event({ kind: 'traverse', ...at, meeting, first: false })
    if (this.#list.users.has(from)) this.#stream.event({ kind: 'traverse', from, ...at, meeting, first: true })
  }

  #invited(rest: string): void {
    const [from = '', to = ''] = rest.split(' ')
    const user = this.#list.users.get(from)
    if (to !== this.id || user === undefined) return
    this.#stream.event({ kind: 'invite', from, meeting: { token: '', tls: user.tls } })
  }

  #moved(address: string): void {
    this.#stream.event({ kind: 'redirect', address: this.#read(address) })
    this.#stream.close({
      kind: 'unavailable',
      code: 'directconnect/redirected',
      message: 'The hub has sent us elsewhere',
    })
  }

  get #address(): string {
    return this.#list.address(this.id) ?? this.#options.address
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

  #send(raw: string): void {
    this.#stream.send(fromLatin1(raw) ?? new Uint8Array())
  }
}
