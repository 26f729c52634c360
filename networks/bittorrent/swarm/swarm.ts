import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { KeptHint } from '../kept-hint.ts'
import type { Settings } from '../settings.ts'
import type { PeerEvent, TalkSetup } from '../talk/peer-talk.ts'
import { PeerTalk } from '../talk/peer-talk.ts'
import type { Metainfo } from '../wire/metainfo.ts'
import { parseInfo } from '../wire/metainfo.ts'
import { Bans } from './bans.ts'
import { Dialler } from './dialler.ts'
import { outcomeOf } from './ending.ts'
import { Exchange } from './exchange.ts'
import type { Frames } from './frames.ts'
import { MetadataExchange } from './metadata-exchange.ts'
import type { OwnAddresses } from './own-addresses.ts'
import { OwnPieces } from './own-pieces.ts'
import type { Origin } from './peer-book.ts'
import { PeerBook } from './peer-book.ts'
import type { SessionWorld } from './session.ts'
import { Session } from './session.ts'
import { twins } from './twins.ts'
import { UploadSlots } from './upload-slots.ts'
import { banned, Welcome } from './welcome.ts'

/** Choking is decided anew this often (BEP 3 recommends it), in seconds. */
const chokeSeconds = 10
/** Peers that are kept for the next start. */
const peersKept = 50

export interface SwarmWorld {
  readonly host: Host
  readonly settings: Settings
  readonly peerId: Uint8Array
  readonly ownAddresses: OwnAddresses
  readonly frames: Frames
  /** Whether one more connection of this torrent, which has `own`, fits under the network's limit. */
  room(own: number): boolean
}

/** The peers of one torrent: who is let in, who stays, and who of its parts does what with them. */
export class Swarm implements AsyncDisposable {
  readonly infoHash: Uint8Array
  readonly #world: SwarmWorld
  readonly #subject: Subject
  readonly #hint: KeptHint
  readonly #book: PeerBook
  readonly #sessions = new Set<Session>()
  readonly #bans: Bans
  readonly #welcome: Welcome
  readonly #sessionWorld: SessionWorld
  readonly #dialler: Dialler
  readonly #slots: UploadSlots
  readonly #exchange: Exchange
  readonly #metadata: MetadataExchange
  readonly #resources = new DisposableStack()
  #metainfo: Metainfo | undefined
  /** Known with the metainfo, where the transfer takes its description: without, no lane is opened. */
  #own: OwnPieces | undefined
  #ticks = 0
  /** The code of the fault that reads from the disk ended with last. */
  #unreadable: string | undefined
  #closed = false

  constructor(infoHash: Uint8Array, subject: Subject, hint: KeptHint, world: SwarmWorld) {
    const { host, settings } = world
    this.infoHash = infoHash
    this.#subject = subject
    this.#hint = hint
    this.#world = world
    this.#book = new PeerBook(world.ownAddresses)
    this.#bans = new Bans(subject)
    this.#welcome = new Welcome({
      clock: host.clock,
      book: this.#book,
      bans: this.#bans,
      sessions: this.#sessions,
      most: settings.connectionsPerTransfer,
    })
    this.#sessionWorld = {
      subject,
      clock: host.clock,
      frames: world.frames,
      pieceLength: () => this.#metainfo?.pieceLength,
      event: (session, event) => this.#event(session, event),
      ended: (session, fault) => this.#ended(session, fault),
      read: (fault) => this.#read(fault),
    }
    this.#dialler = this.#resources.use(
      new Dialler({
        host,
        subject,
        book: this.#book,
        room: (dials) => {
          const own = this.#sessions.size + dials
          return own < settings.connectionsPerTransfer && world.room(own)
        },
        reached: (connection, endpoint) => this.#begin('dial', connection, endpoint),
      }),
    )
    this.#slots = new UploadSlots(host.random, settings.uploadSlots)
    this.#exchange = new Exchange(host.clock)
    this.#metadata = new MetadataExchange({
      infoHash,
      clock: host.clock,
      info: () => this.#metainfo?.info,
      found: (info) => this.#metadataFound(info),
      deceived: (by) => this.#ban(by, wrongMetadata),
    })
    const { info, peers } = hint.current
    if (info !== undefined) this.#describe(info)
    for (const peer of peers) this.#book.add(peer, 'link')
    this.#resources.use(subject.watchHad((range, change) => this.#own?.changed(range, change)))
    this.#resources.use(subject.stage.watch(() => this.#stageChanged()))
    this.#resources.use(every(host.clock, 1_000, () => this.#tick()))
    this.#dialler.dial()
  }

  /** Undefined until the info dictionary is known. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions
  }

  /** Connections that there are, or will be. */
  get connections(): number {
    return this.#sessions.size + this.#dialler.dials
  }

  get #giving(): boolean {
    return this.#subject.stage.current === 'giving'
  }

  get #now(): number {
    return this.#world.host.clock.now()
  }

  #describe(info: Uint8Array): void {
    const metainfo = parseInfo(info)
    this.#metainfo = metainfo
    this.#subject.describe({ layout: metainfo.layout, proofs: [metainfo.proof] })
    this.#own = new OwnPieces(metainfo, this.#subject, this.#sessions)
    if (metainfo.private) this.#book.ignoreHearsay()
    for (const session of this.#sessions) this.#introduce(session)
  }

  #metadataFound(info: Uint8Array): void {
    try {
      this.#describe(info)
      this.#hint.keep({ info })
      for (const session of this.#sessions) session.talk.tellMetadataSize(info.length)
      this.#subject.trouble('bittorrent', undefined)
    } catch (error) {
      // The right description of a torrent that nobody can fetch: no other peer has a better one.
      this.#subject.trouble('bittorrent', faultOf(error, 'read the description of the torrent'))
    }
  }

  // Meeting peers

  /**
   * Peers that somebody told us of; `seeds` are those of them that are said to have everything. Those from strangers do
   * not count for a private torrent.
   */
  heard(peers: readonly Endpoint[], origin: Origin, seeds: readonly Endpoint[] = []): void {
    if (origin === 'exchange' && this.#metainfo?.private === true) return
    for (const peer of peers) this.#book.add(peer, origin)
    for (const seed of seeds) this.#book.markSeed(seed)
    this.#dialler.dial()
  }

  #heardBy(session: Session, peers: readonly Endpoint[], seeds: readonly Endpoint[]): void {
    const believed = this.#exchange.believed(session, peers)
    this.heard(believed, 'exchange', seeds)
  }

  #begin(role: 'dial' | 'accept', connection: Connection, endpoint: Endpoint | undefined): void {
    const talk = new PeerTalk({ role, setup: this.#setup(() => session), now: this.#now })
    const session: Session = new Session(talk, connection, endpoint, this.#sessionWorld)
    this.#sessions.add(session)
    session.start()
  }

  /** Takes over a peer that dialled us and named this torrent. */
  accept(connection: Connection): void {
    connection.charge(this.#subject.budget)
    this.#begin('accept', connection, undefined)
  }

  /** How to talk about this torrent; `session` is asked once blocks arrive. */
  #setup(session: () => Session): TalkSetup {
    const { settings, peerId, host } = this.#world
    return {
      infoHash: this.infoHash,
      peerId,
      pieceCount: this.#metainfo?.pieceCount,
      pieceLength: this.#metainfo?.pieceLength,
      size: this.#metainfo?.layout.size,
      client: settings.anonymous ? undefined : `${host.self.program} ${host.self.version}`,
      listenPort: host.net.port,
      metadataSize: this.#metainfo?.info.length,
      exchange: settings.peerExchange && this.#metainfo?.private !== true,
      uploadOnly: this.#giving,
      blocks: {
        place: (piece, begin, length) => session().place(piece, begin, length),
        delivered: (piece, begin, length) => session().blockDelivered(piece, begin, length),
        waiting: () => session().uploads?.waiting ?? 0,
      },
    }
  }

  /** Why a peer that dialled us is not welcome, or undefined. */
  refuses(remote: Endpoint): Fault | undefined {
    if (this.#closed) return { kind: 'gone', code: 'bittorrent/closing', message: 'The torrent is being closed' }
    return this.#welcome.refuses(remote)
  }

  #event(session: Session, event: PeerEvent): void {
    switch (event.kind) {
      case 'opened':
        return this.#opened(session)
      case 'extended':
        if (session.endpoint === undefined && session.talk.listenPort !== undefined) {
          session.endpoint = { host: session.connection.remote.host, port: session.talk.listenPort }
          this.#book.occupy(session.endpoint)
        }
        this.#metadata.ask(session)
        return this.#exchange.greet(session)
      case 'metadataRequest':
        return this.#metadata.give(session, event.piece)
      case 'metadataData':
        return this.#metadata.arrived(session, event.piece, event.bytes)
      case 'metadataReject':
        return this.#metadata.refused(session)
      case 'exchange':
        return this.#heardBy(session, event.added, event.seeds)
      case 'interested':
        return this.#slots.fill(this.#sessions, this.#now)
      case 'notInterested':
      case 'uploadOnly':
      case 'haves':
        return this.#partSeeds(session)
      // These are between the peer and its session alone.
      case 'choked':
      case 'unchoked':
      case 'have':
      case 'dontHave':
      case 'suggest':
      case 'allowedFast':
      case 'request':
      case 'cancel':
      case 'reject':
    }
  }

  #opened(session: Session): void {
    if (this.#bans.has(session.peer.key)) return session.close(banned)
    const both = twins(session, this.#sessions, this.#world.peerId)
    if (both !== undefined) {
      const { kept, loser } = both
      // Some never say where they listen; whoever is here is not dialled again.
      kept.endpoint ??= loser.endpoint
      loser.close({ kind: 'gone', code: 'bittorrent/twin', message: 'We are connected to this peer already' })
      if (loser === session) return
    }
    this.#introduce(session)
  }

  /** Tells the peer what we have and opens the lane, once there is something to speak of. */
  #introduce(session: Session): void {
    if (session.talk.stage !== 'open') return
    if (this.#own === undefined) return session.flush()
    const { pieceCount, pieceLength, layout } = this.#metainfo!
    if (!session.talk.knowsPieces) session.talk.setPieces(pieceCount, pieceLength, layout.size)
    session.talk.tellHave(this.#own.have)
    session.openLane()
    session.flush()
    this.#partSeeds(session)
  }

  /** Two who both have everything have nothing to say to each other. */
  #partSeeds(session: Session): void {
    const { talk } = session
    if (!this.#giving || !(talk.uploadOnly || talk.haveAll)) return
    if (session.endpoint !== undefined) this.#book.markSeed(session.endpoint)
    if (talk.haveAll || !talk.interested)
      session.close({ kind: 'gone', code: 'bittorrent/both-seeds', message: 'Both of us have everything' })
  }

  #ban(session: Session, fault: Fault): void {
    if (session.endpoint !== undefined) this.#book.ban(session.endpoint)
    // It may come back from any port.
    this.#bans.add(session.peer.key)
    session.close(fault)
  }

  #ended(session: Session, fault: Fault | undefined): void {
    this.#sessions.delete(session)
    this.#metadata.left(session)
    this.#exchange.left(session)
    this.#outcome(session, fault)
    if (fault?.kind === 'peer' && fault.code !== 'bittorrent/self')
      this.#world.host.log.debug('peer broke the protocol', { peer: session.peer.name, code: fault.code })
    if (!this.#closed) this.#slots.fill(this.#sessions, this.#now)
  }

  /** A disk that gives nothing is told of until it does again: nobody else would miss the bytes. */
  #read(fault: Fault | undefined): void {
    if ((fault !== undefined && fault.kind !== 'local') || fault?.code === this.#unreadable) return
    this.#unreadable = fault?.code
    this.#subject.trouble('bittorrent', fault)
  }

  /** Notes in the book what became of a peer, unless it is still here by another connection. */
  #outcome(session: Session, fault: Fault | undefined): void {
    const { endpoint } = session
    if (endpoint === undefined) return
    if (fault?.code === 'bittorrent/self') return this.#metSelf(endpoint)
    if (fault?.code === 'transfer/bad-bytes') return this.#book.ban(endpoint)
    const at = endpointText(endpoint)
    for (const other of this.#sessions) if (other.endpoint !== undefined && endpointText(other.endpoint) === at) return
    this.#book.done(endpoint, outcomeOf(session, fault, this.#metadata.told(session)), this.#now)
  }

  /** Nobody is dialled at this address any more, nor told of it. */
  #metSelf(endpoint: Endpoint): void {
    this.#world.ownAddresses.add(endpoint)
    this.#book.forget(endpoint)
    const { peers } = this.#hint.current
    const others = peers.filter((peer) => !this.#world.ownAddresses.has(peer))
    if (others.length < peers.length) this.#hint.keep({ peers: others })
  }

  #stageChanged(): void {
    const giving = this.#giving
    for (const session of this.#sessions) {
      session.talk.tellUploadOnly(giving)
      session.flush()
      if (giving) this.#partSeeds(session)
    }
  }

  #tick(): void {
    const now = this.#now
    for (const session of this.#sessions) {
      session.tick(now)
      session.flush()
    }
    this.#metadata.tick()
    this.#ticks++
    if (this.#ticks % chokeSeconds === 0) this.#slots.deal(this.#sessions, this.#giving, now)
    // Those who came before we knew that it is private agreed to it, and hear nothing all the same.
    if (this.#exchange.due(now) && this.#metainfo?.private !== true) this.#exchange.tell(this.#sessions)
    this.#dialler.dial()
  }

  /** Keeps the peers worth dialling again, and lets all go. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#resources[Symbol.dispose]()
    const here = [...this.#sessions].filter(({ talk }) => talk.stage === 'open')
    const byWorth = here.sort((a, b) => b.delivered - a.delivered).flatMap(({ endpoint }) => endpoint ?? [])
    // Of a private torrent nobody but its trackers tells of peers, also not we, in a link of ours (BEP 27).
    const isPrivate = this.#metainfo?.private === true
    const peers = isPrivate ? [] : this.#book.good(byWorth, peersKept)
    if (peers.length > 0 || isPrivate) this.#hint.keep({ peers })
    for (const session of this.#sessions) session.close()
  }
}

const wrongMetadata: Fault = {
  kind: 'peer',
  code: 'bittorrent/metadata-wrong',
  message: 'It sent a description that is not the one of this torrent',
}
