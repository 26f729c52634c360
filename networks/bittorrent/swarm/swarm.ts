import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { Bitfield } from '@kith/wire/bitfield.ts'
import type { Settings } from '../settings.ts'
import type { PeerEvent } from '../talk/peer-talk.ts'
import { PeerTalk } from '../talk/peer-talk.ts'
import type { TalkSetup } from '../talk/peer-talk.ts'
import type { Metainfo } from '../wire/metainfo.ts'
import { parseInfo } from '../wire/metainfo.ts'
import type { Hint } from '../wire/hint.ts'
import { decodeHint, encodeHint } from '../wire/hint.ts'
import { Choker } from './choker.ts'
import { Exchange } from './exchange.ts'
import type { Frames } from './frames.ts'
import { metadataLimit, MetadataFetch, metadataPiece } from './metadata.ts'
import type { Origin } from './peer-book.ts'
import { PeerBook } from './peer-book.ts'
import { peerKey } from './peer-key.ts'
import type { SessionWorld } from './session.ts'
import { Session } from './session.ts'

/** Choking is decided anew this often (BEP 3 recommends it), in seconds. */
const chokeSeconds = 10
/** A peer of no use to us, nor we to it, is let go after this long when room is short, in milliseconds. */
const uselessMs = 60_000
/** Dials of one torrent under way at once. */
const dialsAtOnce = 10
const dialTimeoutMs = 10_000

export interface SwarmWorld {
  readonly host: Host
  readonly settings: Settings
  readonly peerId: Uint8Array
  readonly frames: Frames
  /** Whether one more connection fits under the network's limit. */
  room(): boolean
}

/** The peers of one torrent, and what we do with them: fetch, give, and tell each other of more peers. */
export class Swarm {
  readonly infoHash: Uint8Array
  readonly #world: SwarmWorld
  readonly #subject: Subject
  readonly #book = new PeerBook()
  readonly #sessions = new Set<Session>()
  readonly #choker: Choker<Session>
  readonly #exchange: Exchange
  readonly #fetches = new Map<Session, MetadataFetch>()
  readonly #resources = new DisposableStack()
  readonly #dialling = new AbortController()
  readonly #sessionWorld: SessionWorld
  #hint: Hint
  #metainfo: Metainfo | undefined
  #pieces: Bitfield | undefined
  #ticks = 0
  #dials = 0
  #closed = false
  /** Those that hear of our news at the end of this turn. */
  readonly #flushing = new Set<Session>()

  constructor(infoHash: Uint8Array, subject: Subject, world: SwarmWorld) {
    this.infoHash = infoHash
    this.#subject = subject
    this.#world = world
    this.#choker = new Choker(world.host.random)
    this.#sessionWorld = {
      subject,
      clock: world.host.clock,
      frames: world.frames,
      pieceLength: () => this.#metainfo?.pieceLength,
      event: (session, event) => this.#event(session, event),
      ended: (session, fault) => this.#ended(session, fault),
    }
    this.#exchange = new Exchange(world.host.clock)
    const kept = subject.hint('bittorrent')
    this.#hint = kept === undefined ? { trackers: [], peers: [], webSeeds: [], httpSeeds: [] } : decodeHint(kept)
    if (this.#hint.info !== undefined) this.#describe(this.#hint.info)
    for (const peer of this.#hint.peers) this.#book.add(peer, 'link')
    this.#resources.use(subject.watchHad((range, change) => this.#hadChanged(range, change)))
    this.#resources.use(subject.stage.watch(() => this.#stageChanged()))
    this.#resources.use(every(world.host.clock, 1_000, () => this.#tick()))
    this.#dial()
  }

  get hint(): Hint {
    return this.#hint
  }

  /** Undefined until the info dictionary is known. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions
  }

  get known(): number {
    return this.#book.size
  }

  #keep(change: Partial<Hint>): void {
    this.#hint = { ...this.#hint, ...change }
    this.#subject.keep('bittorrent', encodeHint(this.#hint))
  }

  keepTrackers(trackers: readonly (readonly string[])[]): void {
    this.#keep({ trackers })
  }

  // Metadata

  #describe(info: Uint8Array): void {
    const metainfo = parseInfo(info)
    this.#metainfo = metainfo
    this.#pieces = new Bitfield(metainfo.pieceCount)
    this.#subject.describe({ layout: metainfo.layout, proofs: [metainfo.proof] })
    for (let piece = 0; piece < metainfo.pieceCount; piece++) if (this.#hasPiece(piece)) this.#pieces.set(piece)
    for (const session of this.#sessions) this.#introduce(session)
  }

  #hasPiece(piece: number): boolean {
    const { pieceLength, layout } = this.#metainfo!
    return this.#subject.had(piece * pieceLength, Math.min((piece + 1) * pieceLength, layout.size))
  }

  #fetchMetadata(session: Session): void {
    const size = session.talk.metadataSize
    if (this.#metainfo !== undefined || size === undefined || this.#fetches.has(session)) return
    if (size > metadataLimit) {
      return session.close({
        kind: 'peer',
        code: 'bittorrent/metadata-too-long',
        message: `It claims that the torrent's description has ${size} bytes`,
      })
    }
    const fetch = new MetadataFetch(size)
    this.#fetches.set(session, fetch)
    for (const piece of fetch.next()) session.talk.requestMetadata(piece)
  }

  #metadataArrived(session: Session, piece: number, bytes: Uint8Array): void {
    const fetch = this.#fetches.get(session)
    if (fetch === undefined || !fetch.add(piece, bytes)) return
    if (!fetch.complete) {
      for (const next of fetch.next()) session.talk.requestMetadata(next)
      return
    }
    this.#fetches.delete(session)
    if (this.#metainfo !== undefined) return
    const info = fetch.verified(this.infoHash)
    if (info === undefined) {
      return this.#ban(session, {
        kind: 'peer',
        code: 'bittorrent/metadata-wrong',
        message: 'It sent a description that is not the one of this torrent',
      })
    }
    this.#fetches.clear()
    try {
      this.#describe(info)
      this.#keep({ info })
      for (const other of this.#sessions) other.talk.tellMetadataSize(info.length)
      this.#subject.trouble('bittorrent', undefined)
    } catch (error) {
      // The right description of a torrent that nobody can fetch: no other peer has a better one.
      this.#subject.trouble('bittorrent', faultOf(error, 'read the description of the torrent'))
    }
  }

  #serveMetadata(session: Session, piece: number): void {
    const info = this.#metainfo?.info
    if (info === undefined || piece * metadataPiece >= info.length) session.talk.rejectMetadata(piece)
    else
      session.talk.sendMetadata(piece, info.length, info.subarray(piece * metadataPiece, (piece + 1) * metadataPiece))
  }

  // Meeting peers

  /** Peers that somebody told us of. Those from strangers do not count for a private torrent. */
  heard(peers: readonly Endpoint[], origin: Origin): void {
    if (origin === 'exchange' && this.#metainfo?.private === true) return
    for (const peer of peers) this.#book.add(peer, origin)
    this.#dial()
  }

  #dial(): void {
    const now = this.#world.host.clock.now()
    while (
      !this.#closed &&
      this.#dials < dialsAtOnce &&
      this.#sessions.size + this.#dials < this.#world.settings.connectionsPerTransfer &&
      this.#world.room()
    ) {
      const endpoint = this.#book.take(now, this.#subject.stage.current !== 'giving')
      if (endpoint === undefined) return
      this.#dials++
      void this.#connect(endpoint).finally(() => {
        this.#dials--
      })
    }
  }

  async #connect(endpoint: Endpoint): Promise<void> {
    const { host } = this.#world
    try {
      const connection = await host.net.connect(endpoint, {
        budget: this.#subject.budget,
        timeoutMs: dialTimeoutMs,
        signal: this.#dialling.signal,
      })
      if (this.#closed) return connection.close()
      this.#begin('dial', connection, endpoint)
    } catch {
      // Unreachable peers are the rule, not a fault: the book remembers.
      this.#book.done(endpoint, { kind: 'unreachable' }, host.clock.now())
    }
  }

  #begin(role: 'dial' | 'accept', connection: Connection, endpoint: Endpoint | undefined): void {
    const talk = new PeerTalk({ role, setup: this.#setup(() => session), now: this.#world.host.clock.now() })
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
      uploadOnly: this.#subject.stage.current === 'giving',
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
    if (this.#sessions.size >= this.#world.settings.connectionsPerTransfer && !this.#makeRoom()) {
      return { kind: 'unavailable', code: 'bittorrent/full', message: 'There are enough peers for this torrent' }
    }
    if (this.#book.banned(remote) || this.#subject.banned(`bittorrent/${peerKey(remote, undefined)}`)) return banned
    return undefined
  }

  /** Lets the least useful peer go when it is of no use at all. */
  #makeRoom(): boolean {
    const now = this.#world.host.clock.now()
    for (const session of this.#sessions) {
      const useful = session.talk.interested || session.talk.amInterested || now - session.openedAt < uselessMs
      if (useful) continue
      session.close({ kind: 'gone', code: 'bittorrent/made-room', message: 'Another peer took its place' })
      return true
    }
    return false
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
        this.#fetchMetadata(session)
        return this.#exchange.greet(session)
      case 'metadataRequest':
        return this.#serveMetadata(session, event.piece)
      case 'metadataData':
        return this.#metadataArrived(session, event.piece, event.bytes)
      case 'metadataReject':
        return void this.#fetches.delete(session)
      case 'exchange':
        return this.heard(event.added, 'exchange')
      case 'interested':
        return this.#chokeAnew(false)
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
    const twin = [...this.#sessions].find(
      (other) => other !== session && other.talk.stage === 'open' && equal(other.talk.remoteId, session.talk.remoteId),
    )
    if (twin !== undefined) {
      // Both sides dialled: both keep the connection that the peer with the smaller id opened.
      const oursIsSmaller = compare(this.#world.peerId, session.talk.remoteId!) < 0
      const loser = session.connection.incoming === oursIsSmaller ? session : twin
      loser.close({ kind: 'gone', code: 'bittorrent/twin', message: 'We are connected to this peer already' })
      if (loser === session) return
    }
    if (this.#subject.banned(`bittorrent/${session.peer.key}`)) return session.close(banned)
    if (this.#metainfo !== undefined) this.#introduce(session)
    else session.flush()
  }

  /** Tells the peer what we have and opens the lane. */
  #introduce(session: Session): void {
    if (session.talk.stage !== 'open') return
    const { metainfo, pieces } = { metainfo: this.#metainfo!, pieces: this.#pieces! }
    if (!session.talk.knowsPieces)
      session.talk.setPieces(metainfo.pieceCount, metainfo.pieceLength, metainfo.layout.size)
    session.talk.tellHave(pieces)
    session.openLane()
    session.flush()
    this.#partSeeds(session)
  }

  /** Two who both have everything have nothing to say to each other. */
  #partSeeds(session: Session): void {
    const { talk } = session
    if (this.#subject.stage.current !== 'giving' || !(talk.uploadOnly || talk.haveAll)) return
    if (session.endpoint !== undefined) this.#book.markSeed(session.endpoint)
    if (talk.haveAll || !talk.interested)
      session.close({ kind: 'gone', code: 'bittorrent/both-seeds', message: 'Both of us have everything' })
  }

  #ban(session: Session, fault: Fault): void {
    this.#book.ban(session.endpoint ?? session.connection.remote)
    session.close(fault)
  }

  #ended(session: Session, fault: Fault | undefined): void {
    this.#sessions.delete(session)
    this.#fetches.delete(session)
    this.#exchange.left(session)
    const { endpoint } = session
    const now = this.#world.host.clock.now()
    if (endpoint !== undefined) {
      if (fault?.code === 'transfer/bad-bytes') this.#book.ban(endpoint)
      else if (session.talk.stage !== 'open' && session.delivered === 0)
        this.#book.done(endpoint, { kind: 'unreachable' }, now)
      else if (session.delivered > 0) this.#book.done(endpoint, { kind: 'delivered', bytes: session.delivered }, now)
      else this.#book.done(endpoint, { kind: 'idle' }, now)
    }
    if (fault?.kind === 'peer')
      this.#world.host.log.debug('peer broke the protocol', { peer: session.peer.name, code: fault.code })
    if (!this.#closed) this.#chokeAnew(false)
  }

  // What changes here

  #hadChanged(range: Range, change: 'had' | 'lost'): void {
    const metainfo = this.#metainfo
    const pieces = this.#pieces
    if (metainfo === undefined || pieces === undefined) return
    const last = Math.ceil(range.end / metainfo.pieceLength)
    for (let piece = Math.floor(range.start / metainfo.pieceLength); piece < last; piece++) {
      const has = change === 'had' && this.#hasPiece(piece)
      if (has === pieces.get(piece)) continue
      if (has) pieces.set(piece)
      else pieces.clear(piece)
      for (const session of this.#sessions) {
        if (has) session.talk.tellHavePiece(piece)
        else session.talk.tellDontHave(piece)
        // Who has the piece is in no hurry to hear of it: that goes with the next words, at the next tick at the latest.
        if (!has || session.talk.have?.get(piece) !== true) this.#flushSoon(session)
      }
    }
  }

  /** Many pieces are verified in one turn; each peer hears of them in one write. */
  #flushSoon(session: Session): void {
    this.#flushing.add(session)
    if (this.#flushing.size > 1) return
    queueMicrotask(() => {
      const all = [...this.#flushing]
      this.#flushing.clear()
      for (const one of all) one.flush()
    })
  }

  #stageChanged(): void {
    const giving = this.#subject.stage.current === 'giving'
    for (const session of this.#sessions) {
      session.talk.tellUploadOnly(giving)
      session.flush()
      if (giving) this.#partSeeds(session)
    }
  }

  #tick(): void {
    const now = this.#world.host.clock.now()
    for (const session of this.#sessions) {
      session.tick(now)
      session.flush()
    }
    this.#ticks++
    if (this.#ticks % chokeSeconds === 0) this.#chokeAnew(true)
    if (this.#exchange.due(now)) this.#exchange.tell(this.#sessions)
    this.#dial()
  }

  /** Outside the usual round only free slots are given away. */
  #chokeAnew(round: boolean): void {
    if (this.#closed) return
    const now = this.#world.host.clock.now()
    const open = [...this.#sessions].filter((session) => session.talk.stage === 'open' && session.uploads !== undefined)
    const slots = this.#world.settings.uploadSlots
    if (!round) {
      const taken = open.filter((session) => !session.choked)
      for (const session of open) {
        if (taken.length >= slots) break
        if (!session.choked || !session.interested) continue
        session.setChoked(false, now)
        taken.push(session)
      }
      return
    }
    const chosen = this.#choker.choose(open, slots, this.#subject.stage.current === 'giving', now)
    for (const session of open) session.setChoked(!chosen.has(session), now)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#dialling.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
    this.#resources[Symbol.dispose]()
    for (const session of this.#sessions) session.close()
  }

  /** Peers worth dialling again after a restart. */
  rememberPeers(): void {
    const peers = this.#book.good(50)
    if (peers.length > 0) this.#keep({ peers })
  }
}

const banned: Fault = { kind: 'peer', code: 'bittorrent/banned', message: 'This peer sent bad bytes before' }

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && compare(a, b) === 0
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
