import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { pump } from '@kith/core/network/pump.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { Settings } from '../settings.ts'
import { AdcUser } from '../talk/adc-user.ts'
import { NmdcUser } from '../talk/nmdc-user.ts'
import type { Protocol, UserEvent } from '../talk/user-event.ts'
import { tigerText } from '../wire/cid.ts'
import { nmdcText } from '../wire/nmdc-text.ts'
import type { Refusal } from '../wire/refusal.ts'
import { adcAbout, nmdcAbout } from './about.ts'
import { Accounts } from './accounts.ts'
import { adcDialect } from './adc-dialect.ts'
import type { Ban } from './bans.ts'
import { Bans } from './bans.ts'
import { Broadcast } from './broadcast.ts'
import { command, offersFor } from './commands.ts'
import type { Dialect } from './dialect.ts'
import { Door, full, isFull } from './door.ts'
import type { FloodKind } from './floods.ts'
import { floodKind } from './floods.ts'
import type { Floor } from './floor.ts'
import { Guest } from './guest.ts'
import { History } from './history.ts'
import { nmdcDialect } from './nmdc-dialect.ts'
import { People } from './people.ts'
import { route } from './routing.ts'
import { ruleProblem } from './rules.ts'

/** What our hub speaks as; nobody else may be called so. */
const voice = 'Hub'
/** Who floods stays away for so long. */
const floodBanMs = 5 * 60_000
const longestChat = 4_096
/** Bits of `CT` (ADC 1.0, 5.3.4). */
const classes = { guest: '', registered: '2', operator: '4', keeper: '16' } as const

/** What it needs of the world. */
export type HubHost = Pick<Host, 'clock' | 'keep' | 'record' | 'random' | 'self'>

/** Our own hub while it is open: users of ADC and of NMDC, who see each other and talk. */
export class OpenHub implements Floor, Disposable {
  readonly people: People = new People()
  readonly accounts: Accounts
  readonly bans: Bans
  readonly history: History
  readonly settings: Settings
  readonly dialects: Readonly<Record<Protocol, Dialect>>
  /** Since when it is open, in milliseconds since the epoch. */
  readonly since: number
  topic: string
  readonly #host: HubHost
  readonly #kernel: TigerKernel
  readonly #broadcast: Broadcast
  readonly #door: Door
  #closed = false

  constructor(host: HubHost, settings: Settings, kernel: TigerKernel, address: string) {
    this.#host = host
    this.settings = settings
    this.#kernel = kernel
    this.since = host.clock.now()
    this.accounts = new Accounts(host.keep)
    this.bans = new Bans(host.keep, this.since)
    this.history = new History(settings.directoryHistory)
    this.topic = settings.directoryTopic
    this.dialects = { adc: adcDialect, nmdc: nmdcDialect({ voice, name: settings.directoryName, address }) }
    this.#broadcast = new Broadcast(host.clock, this.dialects, (guest) => this.#letGo(guest))
    this.#door = new Door({
      hub: this,
      voice,
      tiger: (bytes) => kernel.digest(bytes),
      refuse: (guest, why) => this.#refuse(guest, why),
    })
  }

  get now(): number {
    return this.#host.clock.now()
  }

  get program(): string {
    return `${this.#host.self.program} ${this.#host.self.version}`
  }

  get counts(): Readonly<Record<string, number>> {
    let [adc, shared] = [0, 0]
    for (const guest of this.people.online) {
      if (guest.protocol === 'adc') adc++
      shared += guest.shared
    }
    const { size } = this.people.online
    return {
      users: size,
      'users of ADC': adc,
      'users of NMDC': size - adc,
      'bytes shared': shared,
      accounts: this.accounts.size,
      bans: this.bans.size,
    }
  }

  accept(connection: Connection, head: Uint8Array): void {
    if (this.#closed) return connection.close()
    const { host } = connection.remote
    const protocol: Protocol = head[0] === 'H'.charCodeAt(0) ? 'adc' : 'nmdc'
    const session = this.people.session()
    const talk = protocol === 'adc' ? this.#adc(session, host) : this.#nmdc(host)
    const { directoryPerAddress } = this.settings
    if (this.people.from(host) >= directoryPerAddress) {
      talk.refuse({ kind: 'full', text: `At most ${directoryPerAddress} at once may come from one address` })
      for (let output = talk.poll(); output !== undefined; output = talk.poll())
        if (output.kind === 'send') connection.send(output.bytes)
      return connection.close()
    }
    const guest = new Guest({ session, protocol, connection, talk, since: this.now })
    this.people.arrived(guest)
    guest.pump = pump(
      talk,
      connection,
      this.#host.clock,
      (event) => this.#event(guest, event),
      () => this.#left(guest),
    )
  }

  // What is said

  /** To one, after what is for everybody. */
  tell(guest: Guest, bytes: Uint8Array): void {
    this.#broadcast.tell(guest, bytes)
  }

  voice(guest: Guest, text: string): void {
    this.tell(guest, this.dialects[guest.protocol].voice(text))
  }

  announce(text: string): void {
    this.#broadcast.say((dialect) => dialect.voice(text))
  }

  // Keeping order

  /** Sends somebody away, and keeps them away for a while where `banMs` is given. */
  kick(guest: Guest, reason: string, by: string, banMs?: number): void {
    if (banMs !== undefined)
      this.ban({ nick: guest.nick, cid: guest.cid, address: guest.address, reason, by, until: this.now + banMs })
    const text = by === '' ? reason : `${by} has sent you away: ${reason}`
    const why: Refusal = { kind: 'kicked', text, ...(banMs === undefined ? {} : { seconds: banMs / 1000 }) }
    if (guest.online) this.announce(`${guest.nick} was sent away${by === '' ? '' : ` by ${by}`}: ${reason}`)
    this.#refuse(guest, why)
  }

  /** Bans; whoever is here stays until he is sent away. */
  ban(ban: Omit<Ban, 'id' | 'at'>): Ban {
    const made = this.bans.add({ ...ban, at: this.now })
    this.record()
    return made
  }

  record(): void {
    this.#host.record()
  }

  retitle(topic: string): void {
    this.topic = topic
    this.#broadcast.say((dialect) => dialect.title(this.settings.directoryName, topic))
  }

  // What users do

  #event(guest: Guest, event: UserEvent): void {
    if (guest.gone) return
    const kind = floodKind(event)
    if (kind !== undefined && !guest.operator && !guest.floods.allows(kind, this.now)) return this.#strike(guest, kind)
    switch (event.kind) {
      case 'named':
        guest.menus = event.menus
        return this.#door.named(guest, event.nick, event.cid)
      case 'password':
        return this.#door.password(guest, event.proves)
      case 'profile':
        return this.#profile(guest, event)
      case 'chat':
        return this.#chat(guest, event.text, event.me)
      case 'broken':
        if (guest.floods.tell(this.now)) this.voice(guest, event.text)
        return this.#strike(guest, undefined)
      case 'private':
      case 'question':
      case 'result':
      case 'meeting':
      case 'passed':
        if (guest.online) route(this, guest, event)
    }
  }

  #strike(guest: Guest, kind: FloodKind | undefined): void {
    if (kind !== undefined && guest.online && guest.floods.tell(this.now))
      this.voice(guest, `That is too much at once (${kind}): some of it was left out`)
    if (guest.floods.allows('strike', this.now)) return
    this.kick(guest, 'Too much of everything', '', floodBanMs)
  }

  #profile(guest: Guest, { fields, changes, native }: UserEvent & { kind: 'profile' }): void {
    const problem = guest.operator ? undefined : ruleProblem(fields, this.settings)
    if (problem !== undefined) return this.#refuse(guest, { kind: 'rules', text: problem })
    const own = classes[guest.rank]
    const identity: [string, string][] = guest.protocol === 'adc' ? [] : [['ID', guest.cid]]
    // Most have nothing that is added: thousands of users are kept once, not twice.
    guest.fields =
      identity.length === 0 && own === ''
        ? fields
        : new Map([...identity, ...fields, ...(own === '' ? [] : [['CT', own] as const])])
    guest.native = native
    if (!guest.online) return this.#enter(guest)
    this.#broadcast.changed(guest, changes)
  }

  #enter(guest: Guest): void {
    if (isFull(this, guest)) return this.#refuse(guest, full)
    this.#broadcast.list(guest)
    guest.online = true
    this.people.entered(guest)
    this.#broadcast.entered(guest)
    // Their own entry is the last of the list: with that they know that they are in, and need not wait for the others.
    this.tell(guest, this.dialects[guest.protocol].user(guest))
    if (guest.protocol === 'nmdc') this.tell(guest, utf8(`$UserIP ${guest.nick} ${guest.address}$$|`))
    this.#tellOperators(guest)
    if (guest.menus) for (const offer of offersFor(guest)) this.tell(guest, this.dialects[guest.protocol].offer(offer))
    const { directoryWelcome } = this.settings
    if (directoryWelcome !== '') this.voice(guest, directoryWelcome)
    for (const line of this.history.last()) this.voice(guest, line)
  }

  /** Who keeps order here is a list in NMDC. */
  #tellOperators(came: Guest): void {
    if (!came.operator && came.protocol !== 'nmdc') return
    const nicks = [...this.people.online].filter(({ operator }) => operator).map(({ nick }) => `${nick}$$`)
    if (nicks.length === 0) return
    const list = utf8(`$OpList ${nicks.join('')}|`)
    if (came.operator) this.#broadcast.sayIn('nmdc', list)
    else this.tell(came, list)
  }

  #chat(guest: Guest, text: string, me: boolean): void {
    if (!guest.online || text === '') return
    if (text.length > longestChat) return this.voice(guest, `A line has at most ${longestChat} characters here`)
    if (/^[!+][a-z]/.test(text)) return command(this, guest, text.slice(1))
    this.history.add({ nick: guest.nick, text, me, at: this.now })
    this.#broadcast.say((dialect) => dialect.chat(guest, text, me))
  }

  #refuse(guest: Guest, why: Refusal): void {
    guest.talk.refuse(why)
    this.#left(guest, why.text)
    guest.pump?.drain()
  }

  #left(guest: Guest, text?: string): void {
    const { online } = guest
    guest.online = false
    guest.gone = true
    this.people.left(guest)
    this.#broadcast.left(guest)
    if (online) this.#broadcast.say((dialect) => dialect.left(guest, text === undefined ? undefined : { text }))
  }

  /** Somebody has not fetched what they were told. */
  #letGo(guest: Guest): void {
    this.#left(guest, 'did not keep up')
    guest.connection.close({ kind: 'gone', code: 'directconnect/too-slow', message: 'They did not keep up' })
  }

  #adc(session: string, address: string): AdcUser {
    return new AdcUser({
      session,
      address,
      now: this.now,
      about: (pinger) => adcAbout(this, pinger),
      random: (length) => this.#host.random.bytes(length),
      tiger: (bytes) => this.#kernel.digest(bytes),
    })
  }

  #nmdc(address: string): NmdcUser {
    return new NmdcUser({
      address,
      now: this.now,
      noise: tigerText(this.#host.random.bytes(24)),
      program: this.program.replace(' ', '-'),
      voice,
      text: nmdcText('windows-1252'),
      title: () => ({ name: this.settings.directoryName, topic: this.topic }),
      about: () => nmdcAbout(this),
    })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#broadcast[Symbol.dispose]()
    for (const guest of this.people) guest.pump?.[Symbol.dispose]()
  }
}
