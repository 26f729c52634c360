import { digest, type Digest } from '@kith/core/content/digest.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Gifts, SharedTrees } from '@kith/core/network/devices.ts'
import type { Found } from '@kith/core/network/discovery.ts'
import type { Browse, Fetch, Publish, Search } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Health, Membership } from '@kith/core/network/network.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { openKernels } from '@kith/wire/hash/kernels.ts'
import { Book } from './book.ts'
import { BULK_BYTES } from './data/bulk.ts'
import { bulkBeside } from './data/bulk-give.ts'
import { DataDesk, lineBeside } from './data/desk.ts'
import { giveOver } from './data/give.ts'
import type { DataLine } from './data/line.ts'
import { answerShelf, browse, OwnShelf } from './facets/browse.ts'
import { type OwnTalk, talk } from './facets/chat.ts'
import { answerPairing, devices, type DevicesWorld } from './facets/devices.ts'
import { fetch } from './facets/fetch.ts'
import { games, type OwnGames } from './facets/games.ts'
import { type GiftDesk, gifts } from './facets/gifts.ts'
import { type OwnPrinters, printers } from './facets/printers.ts'
import { OwnInvitations, resolved } from './facets/invitations.ts'
import { internet, type OwnInternet } from './facets/internet.ts'
import { publish } from './facets/publish.ts'
import { search } from './facets/search.ts'
import { OwnSegments } from './facets/segments.ts'
import { answerContent, heldBy } from './facets/serve.ts'
import { SharedContents, sharedTrees } from './facets/shares.ts'
import { Lines } from './lines.ts'
import { placesOf } from './places-of.ts'
import { Renames } from './renames.ts'
import { type NamedDevices, withLocalSend } from './localsend/devices.ts'
import { OwnLocalSend } from './localsend/localsend.ts'
import { Lender } from './relay/lender.ts'
import { Waits } from './relay/waits.ts'
import type { Settings } from './settings.ts'
import { Tunnels } from './tunnels.ts'
import { deviceId, isDeviceId } from './wire/device-id.ts'
import { decodeSaid } from './wire/said.ts'
import { decodeGiven, MOST_MESSAGE_BYTES } from './wire/messages.ts'

const TICK_MS = 1_000
/** Told in the announcement, so that a change of what devices say to each other can be seen. */
const VERSION = '1'

/** Being among neighbours: one listener, the book of devices, what is given and what is offered. */
export class Member implements Membership {
  readonly health: WritableValue<Health> = value<Health>({ state: 'alone', people: 0 })
  readonly fetch: Fetch
  readonly publish: Publish
  readonly browse: Browse
  readonly search: Search
  readonly devices: NamedDevices
  readonly invitations: OwnInvitations
  readonly gifts: Gifts
  readonly deliveries: OwnLocalSend
  readonly shelf: OwnShelf
  readonly trees: SharedTrees
  readonly chat: OwnTalk
  readonly games: OwnGames
  readonly internet: OwnInternet
  readonly printers: OwnPrinters
  readonly segments: OwnSegments
  readonly #host: Host
  readonly #settings: Settings
  readonly #book: Book
  readonly #shared: SharedContents
  readonly #desk: GiftDesk
  readonly #pairing: DevicesWorld
  readonly #waits: Waits
  readonly #lender: Lender | undefined
  readonly #data: DataDesk
  readonly #renames: Renames
  readonly #tunnels = new Tunnels((id) => this.#book.isPaired(id))
  readonly #running = new Map<Digest, Subject>()
  readonly #resources = new AsyncDisposableStack()
  #port = 0
  /** Of a part that the rest goes on without. */
  #trouble: Fault | undefined

  constructor(host: Host, settings: Settings) {
    this.#host = host
    this.#settings = settings
    this.#book = new Book(host.keep, host.clock)
    const lines = this.#resources.use(new Lines(host, this.#book, () => this.#waits.relays))
    const own = deviceId(host.net.fingerprint)
    this.#waits = new Waits({ host, book: this.#book, lines, answer: (question) => this.#answer(question) })
    this.#resources.use(this.#waits)
    if (settings.lendRelay) {
      const isPaired = (id: string): boolean => this.#book.isPaired(id)
      this.#lender = this.#resources.use(new Lender({ host, isPaired, limit: settings.relaySpeed }))
    }
    this.#data = this.#resources.use(new DataDesk(host))
    const { clock, log } = host
    this.#renames = this.#resources.use(new Renames({ clock, log, book: this.#book, lines }))
    this.#pairing = {
      host,
      book: this.#book,
      lines,
      introduction: () => ({ name: host.self.device, port: this.#port }),
    }
    this.deliveries = this.#resources.use(
      new OwnLocalSend(host, (id) => this.#book.get(id) !== undefined, settings.localsendPin),
    )
    this.devices = this.#resources.use(
      withLocalSend(devices(this.#pairing), this.deliveries, settings.localsendPort, {
        id: own,
        name: host.self.device,
      }),
    )
    this.invitations = new OwnInvitations({
      ...this.#pairing,
      addresses: () => this.#addresses(),
      reach: async (device, at) => lines.reach(device, await resolved(host, at)),
    })
    this.#desk = gifts(host, lines)
    this.gifts = this.#desk
    this.publish = publish(own)
    this.fetch = fetch({ host, book: this.#book, lines, running: this.#running, nameOf: this.devices.nameOf })
    this.browse = browse(lines)
    this.search = search(lines, this.#book, this.devices.nameOf)
    this.trees = sharedTrees(lines)
    this.#shared = new SharedContents(host.shares, openKernels().tiger)
    this.shelf = new OwnShelf(host.keep)
    this.chat = this.#resources.use(talk({ host, book: this.#book, lines, devices: this.devices, own }))
    this.games = this.#resources.use(games(host, lines))
    this.printers = this.#resources.use(printers(host, this.#book, lines, settings))
    for (const outside of [host.net.outside, host.net.outsideV6]) {
      this.#resources.use(outside.watch(() => this.invitations.moved()))
    }
    this.segments = this.#resources.use(new OwnSegments(host, lines, own))
    this.internet = this.#resources.use(internet(host, lines, own))
    this.#resources.use(this.devices.all.watch(() => this.#sampleHealth()))
    this.#resources.use(
      this.#book.all.watch(() => {
        const paired = (id: string): boolean => this.#book.isPaired(id)
        this.internet.lender.keepOnly(paired)
        this.segments.keepOnly(paired)
        this.games.keepOnly(paired)
        this.#tunnels.keepPaired()
      }),
    )
    this.#resources.use(every(host.clock, TICK_MS, () => this.#tick()))
  }

  /** Opens the port, and is seen. @throws FaultError `local` */
  async listen(): Promise<void> {
    const { channels, discovery, net, self } = this.#host
    // Before anybody can ask for them.
    this.segments.begin()
    const at = this.#settings.port === 0 ? {} : { port: this.#settings.port }
    const listener = this.#resources.use(await channels.listen(at, (question) => this.#answer(question)))
    this.#port = listener.local.port
    await this.#data.listen(this.#port)
    await this.printers.start()
    this.invitations.moved()
    this.#waits.start()
    this.internet.begin()
    if (!this.#settings.discovery) return
    if (this.#settings.localsend) this.#trouble = await this.deliveries.start(this.#settings.localsendPort)
    if (this.#trouble !== undefined) this.health.set({ ...this.health.current, fault: this.#trouble })
    const id = deviceId(net.fingerprint)
    this.#resources.use(await discovery.browse('kith', (found, change) => this.#found(found, change)))
    this.#resources.use(
      await discovery.announce({
        // Two devices of one name are two devices.
        name: `${self.device} ${id.slice(0, 4)}`,
        type: 'kith',
        port: this.#port,
        facts: { id, name: self.device, v: VERSION },
      }),
    )
  }

  #found({ facts, addresses, port }: Found, change: 'here' | 'gone'): void {
    const { id, name } = facts
    if (id === undefined || !isDeviceId(id) || id === deviceId(this.#host.net.fingerprint)) return
    if (change === 'gone') return this.#book.seen(id, { announced: false })
    const isPaired = this.#book.isPaired(id)
    if (isPaired && name !== undefined) void this.#renames.heard(id, name)
    this.#book.seen(id, {
      announced: true,
      addresses: addresses.map((host) => ({ host, port })),
      ...(name === undefined || isPaired ? {} : { name }),
    })
  }

  #tick(): void {
    this.#book.tick()
    this.invitations.tick()
    this.deliveries.tick()
  }

  /** Where others find us, as far as we know; what reaches furthest comes first. */
  #addresses(): readonly Endpoint[] {
    const { net } = this.#host
    const here = net.attached().map(({ host }) => ({ host, port: this.#port }))
    const opened = this.#port === net.port ? [net.outside.current, net.outsideV6.current] : []
    const doors = opened.flatMap((one) => (one.state === 'mapped' ? [one.at] : []))
    return placesOf(doors, here)
  }

  async #answer(question: PeerQuestion): Promise<OurAnswer> {
    const invited = await this.invitations.answer(question)
    if (invited !== undefined) return invited
    const pairing = await answerPairing(this.#pairing, question)
    if (pairing !== undefined) return pairing
    const id = question.fingerprint === undefined ? undefined : deviceId(question.fingerprint)
    if (id === undefined || !this.#book.isPaired(id)) return { status: 403 }
    return this.#tunnels.held(id, question, await this.#answerPaired(id, question))
  }

  async #answerPaired(id: string, question: PeerQuestion): Promise<OurAnswer> {
    if (question.method === 'POST' && question.target === '/gift') {
      const given = decodeGiven(await question.body(MOST_MESSAGE_BYTES))
      return { status: this.#desk.arrived(id, given) ? 202 : 429 }
    }
    if (question.method === 'POST' && question.target === '/talk') {
      return { status: this.chat.arrived(id, decodeSaid(await question.body(MOST_MESSAGE_BYTES))) ? 204 : 403 }
    }
    for (const facet of [this.#lender, this.games, this.internet, this.segments, this.printers]) {
      const answer = await facet?.answer(id, question)
      if (answer !== undefined) return answer
    }
    const data = this.#answerData(question)
    if (data !== undefined) return data
    const ours = answerShelf(this.shelf, this.#running, question) ?? answerContent(this.#running, question)
    // What no transfer of ours has may be in a shared folder.
    if (ours !== undefined && ours.status !== 404 && ours.status !== 405) return ours
    return (await this.#shared.answer(question)) ?? ours ?? { status: 404 }
  }

  /** Gives a content to a paired device, in the channel or beside it. */
  #answerData(question: PeerQuestion): OurAnswer | undefined {
    const [, hex, beside] = /^\/data\/([0-9a-f]{64})(?:\?(beside|bulk))?$/.exec(question.target) ?? []
    if (hex === undefined) return undefined
    if (question.method !== 'POST') return { status: 405 }
    const id = digest(`kith:${hex}`)
    const held = heldBy(this.#running, id) ?? this.#shared.held(id, question)
    if (held === undefined) return { status: 404 }
    const { log } = this.#host
    const budget = held.budget ?? this.#host.budget
    const give = (line: DataLine): void => {
      line.charge(budget)
      giveOver(line, held, log)
    }
    if (beside === undefined) return { status: 200, tunnel: give }
    if (!this.#data.can(question.remote)) return { status: 409 }
    if (held.size >= BULK_BYTES) this.#host.carriers?.prepare('give')
    const arrived = beside === 'bulk' ? bulkBeside({ ...this.#host, held, budget }) : lineBeside(give)
    return { status: 200, tunnel: (tunnel) => this.#data.offer(tunnel, arrived) }
  }

  /** Whoever is near was reached, be they paired or not: to them something can be sent, or they can be paired with. */
  #sampleHealth(): void {
    const people = this.devices.all.current.filter(({ near }) => near).length
    if (people === this.health.current.people) return
    const fault = this.#trouble === undefined ? {} : { fault: this.#trouble }
    this.health.set({ state: people > 0 ? 'connected' : 'alone', people, ...fault })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]()
  }
}
