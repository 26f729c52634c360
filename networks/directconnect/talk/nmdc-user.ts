import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Output } from '@kith/core/network/machine.ts'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { readAction, readPrivate } from '../wire/nmdc-chat.ts'
import { formatLock } from '../wire/nmdc-lock.ts'
import { readProfile } from '../wire/nmdc-profile.ts'
import { readResultText, readSearchText } from '../wire/nmdc-search.ts'
import type { NmdcText } from '../wire/nmdc-text.ts'
import { escapeNmdc, unescapeNmdc } from '../wire/nmdc-text.ts'
import type { Refusal } from '../wire/refusal.ts'
import { mostFieldLength, mostUserLineBytes, userLoginMs, userSilenceMs } from '../wire/user-limits.ts'
import { LineStream } from './line-stream.ts'
import type { UserEvent, UserTalk } from './user-event.ts'

export interface NmdcUserOptions {
  /** Their address as we see it: where others answer them, whatever they say. */
  readonly address: string
  readonly now: number
  /** Letters for the lock, which nobody has to be kept out by. */
  readonly noise: string
  readonly program: string
  /** What the hub speaks with its own voice as. */
  readonly voice: string
  /** How texts are read that are not UTF-8; all that the hub writes is. */
  readonly text: NmdcText
  /** The hub's name and topic. */
  title(): { readonly name: string; readonly topic: string }
  /** What follows `$HubINFO `, for pingers. */
  about(): string
}

/** Flags of NMDC that are no character of any text: they say what address families there are, which we see. */
const notAscii = /[^\0-\x7f](\$[^$]*\$\d*\$?)$/

type State = 'nick' | 'named' | 'verify' | 'welcome' | 'normal'

/**
 * The hub's side of NMDC. We speak first.
 *
 * ```
 *   $Lock        $ValidateNick → named          challenge: $GetPass
 *   ─────► nick ───────────────────────► named ◄────────────────────► verify
 *                                          │         $MyPass → password
 *                                          │ welcome: $Hello
 *                                          ▼        $MyINFO → profile
 *                                       welcome ─────────────────────► normal
 * ```
 */
export class NmdcUser implements UserTalk {
  readonly #options: NmdcUserOptions
  readonly #stream: LineStream<UserEvent>
  #nick = ''
  #told = ''
  #state: State = 'nick'
  /** What their client can do, once it has said so. */
  #supports: ReadonlySet<string> | undefined
  /** They were told all about the hub, which is longer than the question. */
  #toldAbout = false
  #deadline: number

  constructor(options: NmdcUserOptions) {
    this.#options = options
    this.#deadline = options.now + userLoginMs
    this.#stream = new LineStream(
      0x7c,
      mostUserLineBytes,
      { line: (bytes) => this.#line(latin1(bytes)) },
      ({ message }) => this.refuse({ kind: 'protocol', text: message }),
    )
    this.#say(formatLock(options.noise, options.program))
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
    if (this.#state === 'normal') return this.#say('|')
    this.#stream.close({ kind: 'gone', code: 'directconnect/login-timeout', message: 'It did not log in in time' })
  }

  poll(): Output<UserEvent> | undefined {
    return this.#stream.poll()
  }

  challenge(): void {
    if (this.#state !== 'named') return
    this.#state = 'verify'
    this.#say('$GetPass|')
  }

  welcome(operator: boolean): void {
    if (this.#state !== 'named') return
    this.#state = 'welcome'
    const { name, topic } = this.#options.title()
    this.#say(`$HubName ${escapeNmdc(name)}|${topic === '' ? '' : `$HubTopic ${escapeNmdc(topic)}|`}`)
    this.#say(`${operator ? `$LogedIn ${this.#nick}|` : ''}$Hello ${this.#nick}|`)
  }

  refuse(why: Refusal): void {
    const reason = `<${this.#options.voice}> ${escapeNmdc(why.text)}|`
    this.#say(reason)
    if (why.kind === 'nick-taken' || why.kind === 'nick-bad') this.#say(`$ValidateDenide ${this.#nick}|`)
    if (why.kind === 'password') this.#say('$BadPass|')
    if (why.kind === 'full') this.#say('$HubIsFull|')
    this.#stream.close()
  }

  send(bytes: Uint8Array): void {
    this.#stream.send(bytes)
  }

  #line(raw: string): void {
    if (raw === '' || this.#stream.closed) return
    const line = this.#options.text.read(raw)
    if (!line.startsWith('$')) return this.#chat(line)
    const space = line.indexOf(' ')
    const command = space < 0 ? line.slice(1) : line.slice(1, space)
    const rest = space < 0 ? '' : line.slice(space + 1)
    switch (command) {
      case 'Supports':
        if (this.#state !== 'nick' || this.#supports !== undefined) return
        this.#supports = new Set(rest.split(' '))
        return this.#say('$Supports NoGetINFO NoHello UserIP2 TTHSearch HubTopic BotINFO UserCommand |')
      case 'ValidateNick':
        if (this.#state !== 'nick') return
        this.#nick = rest
        if (latin1(utf8(line)) !== raw)
          return this.refuse({ kind: 'nick-bad', text: 'This hub writes UTF-8: have your client do so here' })
        this.#state = 'named'
        return this.#stream.event({ kind: 'named', nick: rest, menus: this.#supports?.has('UserCommand') === true })
      case 'MyPass':
        if (this.#state !== 'verify') return
        this.#state = 'named'
        return this.#stream.event({ kind: 'password', proves: (password) => password === rest })
      case 'MyINFO':
        return this.#profile(rest.replace(notAscii, '\x01$1'))
      case 'BotINFO':
        if (this.#supports?.has('BotINFO') !== true || this.#toldAbout) return
        this.#toldAbout = true
        return this.#say(`$HubINFO ${this.#options.about()}|`)
    }
    if (this.#state === 'normal') this.#heard(command, rest, raw)
  }

  #heard(command: string, rest: string, raw: string): void {
    switch (command) {
      case 'To:':
        return this.#private(rest)
      case 'Search':
        return this.#question(rest)
      case 'SR':
        return this.#result(raw.slice(4))
      case 'ConnectToMe':
        return this.#waits(rest)
      case 'RevConnectToMe':
        return this.#invites(rest)
      case 'GetNickList':
      case 'GetINFO':
      case 'Version':
      case 'Key':
      case 'MyHubURL':
      case 'UserIP':
        return
      default:
        // Hubs have had hundreds of commands; what ours does not know costs its sender only.
        this.#stream.event({ kind: 'passed', to: undefined, native: new Uint8Array() })
    }
  }

  #profile(rest: string): void {
    if (this.#state !== 'welcome' && this.#state !== 'normal') return
    const fields = readProfile(rest, this.#nick)
    if (fields === undefined || [...fields.values()].some((value) => value.length > mostFieldLength)) {
      if (this.#state === 'normal') return this.#stream.event({ kind: 'broken', text: 'That is no $MyINFO of yours' })
      return this.refuse({ kind: 'protocol', text: 'That is no $MyINFO of yours' })
    }
    if (rest === this.#told) return
    this.#told = rest
    this.#state = 'normal'
    const changes = [...fields].map(([name, value]) => name + value)
    this.#stream.event({ kind: 'profile', fields, changes, native: utf8(`$MyINFO ${rest}|`) })
  }

  #chat(line: string): void {
    if (this.#state !== 'normal') return
    const own = `<${this.#nick}> `
    if (!line.startsWith(own)) return this.#stream.event({ kind: 'broken', text: 'You speak in your own name only' })
    this.#stream.event({ kind: 'chat', ...readAction(unescapeNmdc(line.slice(own.length))) })
  }

  #private(rest: string): void {
    const said = readPrivate(rest)
    if (said === undefined || said.from !== this.#nick || said.as !== this.#nick)
      return this.#stream.event({ kind: 'broken', text: 'You speak in your own name only' })
    this.#stream.event({ kind: 'private', to: said.to, text: unescapeNmdc(said.text), native: utf8(`$To: ${rest}|`) })
  }

  /** Answers go to the address that they come from, or to nobody. */
  #question(rest: string): void {
    const space = rest.indexOf(' ')
    const pattern = rest.slice(space + 1)
    const question = readSearchText(latin1(utf8(pattern)), this.#options.text)
    const at = /:(\d{1,5})$/.exec(rest.slice(0, space))
    const from = rest.startsWith('Hub:') ? `Hub:${this.#nick}` : this.#own(at?.[1])
    if (question === undefined || from === undefined)
      return this.#stream.event({ kind: 'broken', text: 'That is no question' })
    const native = utf8(`$Search ${from} ${pattern}|`)
    this.#stream.event({ kind: 'question', asked: { question, token: '' }, native })
  }

  #result(raw: string): void {
    const { text } = this.#options
    const end = raw.lastIndexOf('\x05')
    const to = text.read(raw.slice(end + 1))
    const body = raw.slice(0, end)
    const result = end < 0 ? undefined : readResultText(body, text)
    if (result === undefined || text.read(result.nick) !== this.#nick)
      return this.#stream.event({ kind: 'broken', text: 'That is no result of yours' })
    this.#stream.event({ kind: 'result', to, item: result.item, native: utf8(`$SR ${text.read(body)}|`) })
  }

  #waits(rest: string): void {
    const [to = '', where = '', from] = rest.split(' ')
    const match = /:(\d{1,5})([NR]?)(S?)$/.exec(where)
    const at = this.#own(match?.[1])
    if (at === undefined) return this.#stream.event({ kind: 'broken', text: 'That is no address' })
    const [, , how = '', secure = ''] = match ?? []
    // Who cannot be dialled says who it is when it offers to meet half way.
    if (how === 'N' && from !== this.#nick)
      return this.#stream.event({ kind: 'broken', text: 'You speak in your own name only' })
    const native = utf8(`$ConnectToMe ${to} ${at}${how}${secure}${how === 'N' ? ` ${this.#nick}` : ''}|`)
    this.#stream.event({ kind: 'meeting', to, protocol: secure === '' ? 'NMDC' : 'NMDCS', token: '', native })
  }

  #invites(rest: string): void {
    const [from, to = ''] = rest.split(' ')
    if (from !== this.#nick) return this.#stream.event({ kind: 'broken', text: 'You speak in your own name only' })
    const native = utf8(`$RevConnectToMe ${from} ${to}|`)
    this.#stream.event({ kind: 'meeting', to, protocol: 'NMDC', token: '', native })
  }

  /** Their own address with this port; undefined for a port that there is not. */
  #own(port: string | undefined): string | undefined {
    const at: Endpoint = { host: this.#options.address, port: Number(port ?? 0) }
    return at.port < 1 || at.port > 65_535 ? undefined : endpointText(at)
  }

  #say(text: string): void {
    this.send(utf8(text))
  }
}
