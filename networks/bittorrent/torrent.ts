import { fail } from '@kith/core/fault/fault.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { KeptHint } from './kept-hint.ts'
import type { SwarmWorld } from './swarm/swarm.ts'
import { Swarm } from './swarm/swarm.ts'
import type { Announcer } from './trackers/announcer.ts'
import { announcer } from './trackers/announcer.ts'
import type { UdpTrackers } from './trackers/udp.ts'
import { trackerUrl } from './wire/tracker-url.ts'
import { webSeed } from './webseeds/web-seed.ts'

export interface TorrentWorld extends SwarmWorld {
  readonly udp: UdpTrackers
}

/** Everything that runs for one torrent: its swarm, its trackers, its web seeds. */
export class Torrent implements AsyncDisposable {
  readonly subject: Subject
  readonly hint: KeptHint
  readonly swarm: Swarm
  readonly announcer: Announcer
  readonly #world: TorrentWorld
  readonly #stop = new AbortController()
  readonly #resources = new DisposableStack()
  readonly #webSeeds: Promise<void>[] = []

  constructor(infoHash: Uint8Array, subject: Subject, world: TorrentWorld) {
    this.subject = subject
    this.#world = world
    this.hint = new KeptHint(subject)
    this.swarm = new Swarm(infoHash, subject, this.hint, world)
    this.announcer = announcer(
      { ...world.host, udp: world.udp },
      {
        infoHash,
        peerId: world.peerId,
        port: world.host.net.port,
        tiers: this.hint.current.trackers,
        left: () => (subject.layout.current === undefined ? undefined : subject.missing()),
        moved: () => subject.moved(),
        found: (peers) => this.swarm.heard(peers, 'tracker'),
        lonely: () => subject.stage.current !== 'giving' && this.swarm.sessions.size === 0,
      },
    )
    this.#resources.use(
      subject.stage.watch((stage) => {
        if (stage === 'giving') this.announcer.completed()
      }),
    )
    this.#resources.use(subject.layout.watch(() => this.#startWebSeeds()))
    this.#startWebSeeds()
  }

  #startWebSeeds(): void {
    const layout = this.subject.layout.current
    const metainfo = this.swarm.metainfo
    if (layout === undefined || metainfo === undefined || this.#webSeeds.length > 0) return
    const { webSeeds, httpSeeds } = this.hint.current
    const { host } = this.#world
    for (const url of webSeeds)
      this.#webSeeds.push(webSeed(host, this.subject, metainfo, url, 'files', this.#stop.signal))
    for (const url of httpSeeds)
      this.#webSeeds.push(webSeed(host, this.subject, metainfo, url, 'pieces', this.#stop.signal))
  }

  gateways(): readonly Gateway[] {
    return this.announcer.list().map((gateway) => ({ ...gateway, transfer: this.subject.id }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
    this.#resources[Symbol.dispose]()
    await Promise.all([this.swarm[Symbol.asyncDispose](), this.announcer[Symbol.asyncDispose](), ...this.#webSeeds])
  }
}

/** @throws FaultError `input` for an address that is no tracker's */
export function addTracker(torrent: Torrent, address: string): void {
  const url = trackerUrl(address)
  const tiers = torrent.hint.current.trackers
  if (tiers.some((tier) => tier.includes(url))) return
  torrent.hint.keep({ trackers: [...tiers, [url]] })
  torrent.announcer.add(url)
}

export function removeTracker(torrent: Torrent, address: string): void {
  const gone = address.trim()
  const tiers = torrent.hint.current.trackers
  torrent.hint.keep({
    trackers: tiers.map((tier) => tier.filter((url) => url !== gone)).filter((tier) => tier.length > 0),
  })
  torrent.announcer.remove(gone)
}
