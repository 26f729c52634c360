import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf, hexOf } from '@kith/core/content/digest.ts'
import type { Browse, Directory, Fetch, Gateways, Locate, Search } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Datagrams } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Health, Membership } from '@kith/core/network/network.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { directory } from './directory/directory.ts'
import { browse } from './facets/browse.ts'
import { HubChat } from './facets/chat.ts'
import { locate, search } from './facets/search.ts'
import { Sources } from './fetch/sources.ts'
import { openDatagrams } from './hubs/datagrams.ts'
import type { Hub } from './hubs/hub.ts'
import { HubLists } from './hubs/lists.ts'
import { Roster } from './hubs/roster.ts'
import { Questions } from './hubs/questions.ts'
import type { Identity } from './identity.ts'
import { identityOf } from './identity.ts'
import { Line } from './peers/line.ts'
import type { Party } from './peers/party.ts'
import { partyKey } from './peers/party.ts'
import { Reception } from './peers/reception.ts'
import { Answers } from './serve/answers.ts'
import { Bodies } from './serve/bodies.ts'
import { matches } from './serve/match.ts'
import { OwnList } from './serve/own-list.ts'
import { Shelf } from './serve/shelf.ts'
import { Uploads } from './serve/uploads.ts'
import type { Settings } from './settings.ts'
import { AdcHub } from './talk/adc-hub.ts'
import { NmdcHub } from './talk/nmdc-hub.ts'
import type { HubEvent, HubTalk, Reply } from './talk/hub-event.ts'
import { nmdcText } from './wire/nmdc-text.ts'
import type { HubSelf } from './wire/hub-user.ts'
import type { Question } from './wire/question.ts'

/** Results that one question gets from us: more come by datagram than through a hub (ADC-Recommendation). */
const mostByDatagram = 10
const mostByHub = 5
/** What we say of ourselves is not said more often than this; hubs ban who does. */
const presentMs = 15_000

/** Being in Direct Connect: the hubs, the people we have something to do with, and what we give them. */
export class Member implements Membership {
  readonly health: WritableValue<Health> = value<Health>({ state: 'starting', people: 0 })
  readonly fetch: Fetch
  readonly search: Search
  readonly locate: Locate
  readonly browse: Browse
  readonly chat: HubChat
  readonly directory: Directory
  readonly #host: Host
  readonly #settings: Settings
  readonly #kernel = new TigerKernel()
  readonly #identity: Identity
  readonly #resources = new AsyncDisposableStack()
  readonly #hubs: Roster
  readonly #questions: Questions
  readonly #reception: Reception
  readonly #lines = new Map<string, Line>()
  readonly #sources = new Map<string, Sources>()
  readonly #shelf: Shelf
  readonly #uploads: Uploads
  readonly #answers = new Answers()
  #datagrams: Datagrams | undefined
  #port: number | undefined
  #presenting: Disposable | undefined

  constructor(host: Host, settings: Settings) {
    this.#host = host
    this.#settings = settings
    this.#identity = identityOf(host, this.#kernel)
    this.#questions = this.#resources.use(new Questions(host.clock, host.random, () => this.#hubs))
    this.#hubs = new Roster({
      host,
      keep: host.keep,
      lists: new HubLists(host, settings.hubLists),
      talk: (hub, connection) => this.#talk(hub, connection),
      event: (hub, event) => this.#event(hub, event),
      changed: () => this.#changed(),
      removed: (hub) => this.#questions.forget(hub),
    })
    const { cid } = this.#identity
    this.#reception = this.#resources.use(
      new Reception({
        host,
        cid,
        program: `${host.self.program}-${host.self.version}`,
        encryption: settings.encryption,
        port: (hub) => (hub.address.mode === 'passive' ? undefined : this.#port),
        asked: (conversation, ask) => this.#uploads.asked(conversation, ask),
        ended: (conversation) => this.#uploads.ended(conversation),
      }),
    )
    this.#shelf = this.#resources.use(new Shelf(host.shares, () => this.#presentSoon()))
    const list = new OwnList(this.#shelf, host.clock, { cid, generator: `${host.self.program} ${host.self.version}` })
    const bodies = new Bodies({
      shelf: this.#shelf,
      list,
      kernel: this.#kernel,
      subject: (root) => this.#sources.get(root)?.subject,
    })
    this.#uploads = new Uploads({
      clock: host.clock,
      log: host.log,
      bodies,
      slots: () => settings.uploadSlots,
      changed: () => this.#presentSoon(),
    })
    this.search = search(this.#questions)
    this.locate = locate(this.#questions, host.clock)
    this.browse = browse({
      clock: host.clock,
      find: (key) => this.#hubs.find(key),
      line: (party) => this.#line(party),
    })
    this.chat = new HubChat({
      clock: host.clock,
      hubs: () => this.#hubs,
      ignored: settings.ignored,
    })
    this.directory = directory(host, settings, this.#kernel)
    this.#resources.defer(() => this.directory.close())
    this.fetch = {
      can: (content) => digestBy(content, 'tth') !== undefined,
      work: (subject, signal) => this.#work(subject, signal),
    }
  }

  get gateways(): Gateways {
    return this.#hubs
  }

  /** Opens the ports and goes to the hubs. @throws FaultError `local` */
  async open(): Promise<void> {
    const { net } = this.#host
    const { port, mode, encryption, hubs } = this.#settings
    if (mode === 'active') {
      const listener = await net.listen({
        ...(port === 0 ? {} : { port }),
        recognise: greeting,
        ...(encryption === 'never' ? {} : { tls: { plain: encryption === 'offered', client: 'asked' as const } }),
        accept: (connection, head) => this.#reception.accept(connection, head),
      })
      this.#resources.use(listener)
      this.#port = listener.local.port
    }
    if (this.#port !== undefined) {
      const opened = await openDatagrams(this.#host, this.#port, (bytes) => this.#arrived(bytes))
      this.#datagrams = this.#resources.use(opened)
    }
    if (this.#settings.directory) await this.directory.open().catch(() => {})
    this.#hubs.open(hubs)
    this.#changed()
  }

  // Hubs

  #talk(hub: Hub, { remote, local }: Connection): HubTalk {
    const self = this.#self(hub)
    const now = this.#host.clock.now()
    const { protocol, charset = 'windows-1252' } = hub.address
    if (protocol === 'nmdc')
      return new NmdcHub({ self, text: nmdcText(charset), address: local.host, hub: endpointText(remote), now })
    const tiger = (bytes: Uint8Array): Uint8Array => this.#kernel.digest(bytes)
    return new AdcHub({ self, ...this.#identity, v6: remote.host.includes(':'), now, tiger })
  }

  #self(hub: Hub): HubSelf {
    const { nick, description, mode, encryption, uploadSlots } = this.#settings
    const { self, net } = this.#host
    const own = hub.address
    const active = this.#port !== undefined && (own.mode ?? mode) === 'active'
    const { files, bytes } = own.share === false ? { files: 0, bytes: 0 } : this.#shelf.total
    let [guest, registered] = [0, 0]
    for (const one of this.#hubs) {
      if (one.talk === undefined && one !== hub) continue
      if (one.address.password === undefined) guest++
      else registered++
    }
    return {
      nick: own.nick ?? (nick === '' ? ownNick(this.#identity) : nick),
      ...(own.password === undefined ? {} : { password: own.password }),
      description: own.description ?? description,
      program: self.program,
      version: self.version,
      active,
      udpPort: this.#datagrams?.local.port ?? 0,
      tls: encryption !== 'never',
      fingerprint: net.fingerprint,
      slots: uploadSlots,
      freeSlots: this.#uploads.freeSlots,
      shared: bytes,
      files,
      hubs: [guest, registered, 0],
    }
  }

  #presentSoon(): void {
    this.#presenting ??= this.#host.clock.after(presentMs, () => {
      this.#presenting = undefined
      for (const hub of this.#hubs) {
        hub.talk?.present(this.#self(hub), this.#host.clock.now())
        hub.flush()
      }
    })
  }

  #event(hub: Hub, event: HubEvent): void {
    switch (event.kind) {
      case 'online':
        for (const sources of this.#sources.values()) sources.reached(hub)
        return
      case 'found':
        return this.#with(hub, event.from, (party) => this.#questions.found(party, event.item, event.token))
      case 'meet':
        return this.#meet(hub, event)
      case 'invite':
        return this.#with(hub, event.from, (party) => this.#reception.invited(party, event.meeting))
      case 'traverse': {
        const user = event.from === undefined ? undefined : hub.user(event.from)
        const host = event.host ?? user?.address
        if (host === undefined || (event.from !== undefined && user === undefined)) return
        const party = user === undefined ? undefined : { hub, user }
        return this.#reception.traverse(hub, party, { host, port: event.port }, event.meeting, event.first)
      }
      case 'left':
        for (const sources of this.#sources.values()) sources.left({ hub, user: event.user })
        return
      case 'question':
        return this.#answer(hub, event.question, event.reply)
      case 'chat':
      case 'private':
        return this.chat.heard(hub, event)
      case 'title':
      case 'user':
      case 'status':
      case 'redirect':
      case 'command':
        return
    }
  }

  #meet(hub: Hub, { from, host, port, meeting }: HubEvent & { kind: 'meet' }): void {
    const user = from === undefined ? undefined : hub.user(from)
    const at = host ?? user?.address
    if (at === undefined || (from !== undefined && user === undefined)) return
    this.#reception.meet(hub, user === undefined ? undefined : { hub, user }, { host: at, port }, meeting)
  }

  #with(hub: Hub, id: string, then: (party: Party) => void): void {
    const user = hub.user(id)
    if (user !== undefined) then({ hub, user })
  }

  #answer(hub: Hub, question: Question, reply: Reply): void {
    const { talk } = hub
    if (hub.address.share === false || talk === undefined) return
    if (!this.#answers.allows(hub.given, reply, this.#host.clock.now())) return
    const most = reply.kind === 'user' ? mostByHub : mostByDatagram
    const items = matches(this.#shelf, question, most, this.#uploads.freeSlots)
    if (items.length === 0) return
    if (reply.kind === 'datagram') {
      const { host, port } = reply
      for (const item of items) this.#datagrams?.send({ host, port }, talk.result(item, reply.token))
    } else {
      talk.answer(reply.id, reply.token, items)
      hub.flush()
    }
  }

  /** A result came by datagram; whoever it is has to be on a hub of ours. */
  #arrived(bytes: Uint8Array): void {
    for (const hub of this.#hubs) {
      if (hub.talk?.datagram(bytes) === true) return hub.flush()
    }
  }

  // Fetching

  #line(party: Party): Line {
    const key = partyKey(party)
    let line = this.#lines.get(key)
    if (line === undefined) {
      line = new Line(party, {
        clock: this.#host.clock,
        connect: (to, signal) => this.#reception.connect(to, signal),
        crowded: ({ hub, user }) => hub.user(user.id)?.freeSlots === 0,
        empty: () => this.#lines.delete(key),
      })
      this.#lines.set(key, line)
    } else if (line.party.hub.user(line.party.user.id) === undefined) line.party = party
    return line
  }

  async #work(subject: Subject, signal: AbortSignal): Promise<void> {
    const digest = digestBy(subject.content, 'tth')
    if (digest === undefined) return
    using sources = new Sources(bytesOf(digest), subject, {
      host: this.#host,
      kernel: this.#kernel,
      ask: (question, found, hub) => this.#questions.ask(question, found, hub === undefined ? {} : { hub }),
      find: (key) => this.#hubs.find(key),
      called: (nick, address) => this.#hubs.called(nick, address),
      visit: (address, transfer) => this.#hubs.visit(address, transfer),
      line: (party) => this.#line(party),
    })
    const key = hexOf(digest)
    this.#sources.set(key, sources)
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      this.#sources.delete(key)
    }
  }

  #changed(): void {
    this.chat.settle()
    this.health.set(this.#hubs.health())
    this.#presentSoon()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hubs[Symbol.asyncDispose]()
    await this.#resources[Symbol.asyncDispose]()
    // What ends gives its slot back, and that is told.
    this.#presenting?.[Symbol.dispose]()
  }
}

/** What we are called where nobody has said: the same each time, and hardly like anybody else. */
function ownNick({ publicId }: Identity): string {
  return `kith${((publicId[0]! << 8) | publicId[1]!) % 10_000}`
}

/** How clients begin to talk to each other, in ADC and in NMDC. */
function greeting(head: Uint8Array): boolean | undefined {
  const text = String.fromCharCode(...head.subarray(0, 8))
  for (const beginning of ['CSUP ', '$MyNick ']) {
    if (text.startsWith(beginning)) return true
    if (beginning.startsWith(text)) return undefined
  }
  return false
}
