import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf } from '@kith/core/content/digest.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Directory, Fetch, Gateway, Gateways, Publish } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Health, Membership } from '@kith/core/network/network.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { directory } from './directory/directory.ts'
import { publish } from './facets/publish.ts'
import type { Settings } from './settings.ts'
import { Frames } from './swarm/frames.ts'
import { OwnAddresses } from './swarm/own-addresses.ts'
import { addTracker, removeTracker, Torrent } from './torrent.ts'
import { UdpTrackers } from './trackers/udp.ts'
import { handshakeHead, infoHashIn, newPeerId } from './wire/handshake.ts'

/** Being in the BitTorrent network: one listener, one swarm for each running transfer. */
export class Member implements Membership {
  readonly health: WritableValue<Health> = value<Health>({ state: 'alone', people: 0 })
  readonly gateways: Gateways
  readonly fetch: Fetch
  readonly publish: Publish
  readonly directory: Directory
  readonly #host: Host
  readonly #settings: Settings
  readonly #peerId: Uint8Array
  readonly #frames = new Frames()
  readonly #ownAddresses = new OwnAddresses()
  readonly #torrents = new Map<string, Torrent>()
  readonly #udp: UdpTrackers
  readonly #resources = new AsyncDisposableStack()

  constructor(host: Host, settings: Settings) {
    this.#host = host
    this.#settings = settings
    this.publish = publish(settings.anonymous ? undefined : `${host.self.program} ${host.self.version}`, () =>
      host.clock.now(),
    )
    this.#peerId = newPeerId(host.self, settings.anonymous, host.random)
    this.#udp = this.#resources.use(new UdpTrackers(host))
    this.directory = directory(host, settings, { knows: (infoHash) => this.#torrents.has(infoHash.toHex()) })
    this.#resources.defer(() => this.directory.close())
    this.#resources.use(every(host.clock, 1_000, () => this.#sampleHealth()))
    this.gateways = {
      list: () => [...this.#torrents.values()].flatMap((torrent): readonly Gateway[] => torrent.gateways()),
      add: async (address, transfer) => addTracker(this.#torrentOf(transfer), address),
      remove: async (address, transfer) => removeTracker(this.#torrentOf(transfer), address),
    }
    this.fetch = {
      can: (content) => digestBy(content, 'btih') !== undefined,
      work: (subject, signal) => this.#work(subject, signal),
    }
  }

  /** Opens the port. @throws FaultError `local` */
  async listen(): Promise<void> {
    const listener = await this.#host.net.listen({
      ...(this.#settings.port === 0 ? {} : { port: this.#settings.port }),
      recognise: handshakeHead,
      accept: (connection, head) => this.#accept(connection, infoHashIn(head)),
    })
    this.#resources.use(listener)
    // Its state says why it is not open; the network does not need it.
    if (this.#settings.directory) await this.directory.open().catch(() => {})
  }

  #torrentOf(transfer: string | undefined): Torrent {
    for (const torrent of this.#torrents.values()) if (torrent.subject.id === transfer) return torrent
    throw fail('input', 'bittorrent/not-running', 'Trackers belong to a transfer, and this one is not running')
  }

  /** Connections of all torrents, but perhaps one. */
  #connections(except?: string): number {
    let sum = 0
    for (const [key, torrent] of this.#torrents) if (key !== except) sum += torrent.swarm.connections
    return sum
  }

  #accept(connection: Connection, infoHash: Uint8Array): void {
    const swarm = this.#torrents.get(infoHash.toHex())?.swarm
    const refusal = swarm === undefined ? unknown : (this.#full() ?? swarm.refuses(connection.remote))
    if (swarm === undefined || refusal !== undefined) return connection.close(refusal)
    swarm.accept(connection)
  }

  #full(): Fault | undefined {
    if (this.#connections() < this.#settings.connections) return undefined
    return { kind: 'unavailable', code: 'bittorrent/full', message: 'There are enough peers' }
  }

  async #work(subject: Subject, signal: AbortSignal): Promise<void> {
    const digest = digestBy(subject.content, 'btih')
    if (digest === undefined) return
    const key = digest.slice(digest.indexOf(':') + 1)
    await using torrent = this.#open(key, bytesOf(digest), subject)
    if (torrent === undefined) return
    this.#torrents.set(key, torrent)
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      this.#torrents.delete(key)
    }
  }

  /** What is kept of one torrent may be damaged, or contradict what others know of the bytes: the rest goes on without it. */
  #open(key: string, infoHash: Uint8Array, subject: Subject): Torrent | undefined {
    try {
      return new Torrent(infoHash, subject, {
        host: this.#host,
        settings: this.#settings,
        peerId: this.#peerId,
        frames: this.#frames,
        ownAddresses: this.#ownAddresses,
        udp: this.#udp,
        room: (own) => this.#connections(key) + own < this.#settings.connections,
      })
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      subject.trouble('bittorrent', error.fault)
      return undefined
    }
  }

  #sampleHealth(): void {
    let people = 0
    for (const { swarm } of this.#torrents.values())
      for (const { talk } of swarm.sessions) if (talk.stage === 'open') people++
    const { state, people: before } = this.health.current
    const next = people > 0 ? 'connected' : 'alone'
    if (next !== state || people !== before) this.health.set({ state: next, people })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]()
  }
}

const unknown: Fault = {
  kind: 'peer',
  code: 'bittorrent/unknown-torrent',
  message: 'It asked for a torrent that we do not have',
}
