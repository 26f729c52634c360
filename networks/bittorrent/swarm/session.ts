import type { Fault } from '@kith/core/fault/fault.ts'
import { assertNever, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Pump } from '@kith/core/network/pump.ts'
import { pump } from '@kith/core/network/pump.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import { blockSize, type Lane, type LaneFacts, type LanePort } from '@kith/core/transfer/lane.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { PeerEvent, PeerTalk } from '../talk/peer-talk.ts'
import type { Candidate } from './choker.ts'
import type { Frames } from './frames.ts'
import { peerKey } from './peer-key.ts'
import { Rate } from './rate.ts'
import { Requests } from './requests.ts'
import { Uploads } from './uploads.ts'

/** What a session tells its swarm. */
export interface SessionWorld {
  readonly subject: Subject
  readonly clock: Clock
  readonly frames: Frames
  /** Undefined until the metadata is known. */
  readonly pieceLength: () => number | undefined
  event(session: Session, event: PeerEvent): void
  ended(session: Session, fault: Fault | undefined): void
  /** What a peer asked for was read from the disk, or why it could not be. */
  read(fault: Fault | undefined): void
}

/** One peer of a swarm: the conversation, the lane that it delivers on, and the uploads that it takes. */
export class Session implements Lane, Candidate {
  readonly peer: Peer
  readonly via: string
  readonly talk: PeerTalk
  readonly connection: Connection
  /** Where it can be dialled, if we know. */
  endpoint: Endpoint | undefined
  readonly down: Rate
  readonly up: Rate
  unchokedAt = 0
  readonly openedAt: number
  uploads: Uploads | undefined
  readonly #world: SessionWorld
  #pump: Pump | undefined
  #port: LanePort | undefined
  /** There as long as there is a port. */
  #requests: Requests | undefined
  #woken = false
  #ended = false
  #delivered = 0
  #given = 0

  constructor(talk: PeerTalk, connection: Connection, endpoint: Endpoint | undefined, world: SessionWorld) {
    const now = world.clock.now()
    this.talk = talk
    this.connection = connection
    this.endpoint = endpoint
    this.#world = world
    this.openedAt = now
    this.down = new Rate(now)
    this.up = new Rate(now)
    this.via = 'tcp'
    const session = (): Session => this
    this.peer = {
      network: 'bittorrent',
      get key() {
        return peerKey(connection.remote, talk.remoteId)
      },
      name: endpointText(connection.remote),
      get client() {
        return session().talk.client
      },
    }
  }

  /** Starts the conversation. */
  start(): void {
    this.#pump = pump<PeerEvent>(
      this.talk,
      this.connection,
      this.#world.clock,
      (event) => this.#event(event),
      (fault) => this.#end(fault),
      () => this.uploads?.pump(),
    )
  }

  /** Writes what the talk was told to say. */
  flush(): void {
    this.#pump?.drain()
  }

  // Candidate, for the choker

  get interested(): boolean {
    return this.talk.interested
  }

  get choked(): boolean {
    return this.talk.amChoking
  }

  get worth(): number {
    return this.#world.subject.stage.current === 'giving' ? this.up.current : this.down.current
  }

  get snubbed(): boolean {
    return this.#requests?.snubbed === true
  }

  /** Payload bytes that it delivered. */
  get delivered(): number {
    return this.#delivered
  }

  /** Payload bytes that it was given. */
  get given(): number {
    return this.#given
  }

  // Lane

  rate(): number {
    return this.down.current
  }

  has(start: number, end: number): boolean {
    const pieceLength = this.#world.pieceLength()
    const have = this.talk.have
    if (this.talk.haveAll) return true
    if (pieceLength === undefined || have === undefined) return false
    const last = Math.ceil(end / pieceLength)
    for (let piece = Math.floor(start / pieceLength); piece < last; piece++) if (!have.get(piece)) return false
    return true
  }

  wake(): void {
    if (this.#woken || this.#ended) return
    this.#woken = true
    queueMicrotask(() => {
      this.#woken = false
      this.refresh()
    })
  }

  cancel(offset: number, length: number): void {
    const pieceLength = this.#world.pieceLength()!
    this.talk.cancel(Math.floor(offset / pieceLength), offset % pieceLength, length)
    this.#requests?.cancelled(offset)
    this.wake()
  }

  abandon(): void {
    this.talk.abandon()
    this.#requests?.forget()
  }

  close(fault?: Fault): void {
    if (this.#ended) return
    this.connection.close(fault)
    this.#end(fault)
  }

  idle(): string | undefined {
    if (this.#port === undefined || this.talk.stage !== 'open') return 'saying hello'
    if (!this.#port.wanted)
      return this.#world.subject.stage.current === 'giving' ? undefined : 'has nothing that we lack'
    if (this.talk.choked) return 'has no free slot for us'
    if (this.snubbed) return 'keeps us waiting'
    return undefined
  }

  facts(): LaneFacts {
    const { have, haveAll } = this.talk
    return {
      upRate: this.up.current,
      progress: haveAll ? 1 : have === undefined || have.size === 0 ? 0 : have.count / have.size,
      incoming: this.connection.incoming,
      taking: !this.talk.amChoking && this.talk.interested,
    }
  }

  /** Opens the lane, once the talk is open and the bytes are described. */
  openLane(): void {
    const pieceLength = this.#world.pieceLength()
    if (this.#port !== undefined || this.#ended || pieceLength === undefined || this.talk.stage !== 'open') return
    this.#port = this.#world.subject.open(this)
    this.#port.supplyAnew()
    this.#requests = new Requests({ talk: this.talk, port: this.#port, pieceLength, clock: this.#world.clock })
    this.uploads = new Uploads({
      subject: this.#world.subject,
      connection: this.connection,
      frames: this.#world.frames,
      pieceLength,
      sent: (bytes) => {
        this.up.add(bytes)
        this.#given += bytes
        this.#world.read(undefined)
      },
      failed: (error) => {
        const fault = faultOf(error, 'read what the peer asked for')
        this.#world.read(fault)
        this.close(fault)
      },
    })
    this.refresh()
  }

  /** The memory for a block that arrives, asked by the talk. */
  place(piece: number, begin: number, length: number): Uint8Array | undefined {
    const offset = piece * this.#world.pieceLength()! + begin
    const memory = length > blockSize ? undefined : this.#port?.place(offset, length)
    if (memory === undefined || memory.length === length) return memory
    // It reaches beyond the block that we asked for.
    this.#port?.refused(offset, memory.length)
    return undefined
  }

  /** A block has been copied in whole, told by the talk. */
  blockDelivered(piece: number, begin: number, length: number): void {
    this.down.add(length)
    this.#delivered += length
    this.#requests?.delivered(piece * this.#world.pieceLength()! + begin, length)
  }

  // What goes on

  /** Says whether we are interested and asks for blocks; safe to call at any time. */
  refresh(): void {
    const port = this.#port
    if (port === undefined || this.#ended) return
    const { talk } = this
    if (port.wanted && !talk.amInterested) talk.tellInterested()
    else if (!port.wanted && talk.amInterested && port.claimed === 0) talk.tellNotInterested()
    this.#requests?.fill()
    this.flush()
  }

  #event(event: PeerEvent): void {
    // What came in one piece with the reason of the end: the swarm has forgotten the peer.
    if (this.#ended) return
    const pieceLength = this.#world.pieceLength() ?? 0
    switch (event.kind) {
      case 'choked':
        // With the fast extension what was asked stays asked until it is refused.
        if (!this.talk.supportsFast) this.#requests?.putBack()
        break
      case 'unchoked':
        this.#requests?.unchoked()
        this.refresh()
        break
      case 'have':
        this.#port?.supply(event.piece * pieceLength, Math.min((event.piece + 1) * pieceLength, this.#size()))
        break
      case 'haves':
        this.#port?.supplyAnew()
        break
      case 'dontHave':
        this.#port?.supplyAnew()
        break
      case 'reject':
        this.#requests?.refused(event.piece * pieceLength + event.begin, event.length)
        break
      case 'request':
        this.#requested(event)
        break
      case 'cancel':
        if (this.uploads?.cancel(event) === true && this.talk.supportsFast) {
          this.talk.reject(event.piece, event.begin, event.length)
        }
        break
      case 'interested':
      case 'notInterested':
      case 'opened':
      case 'extended':
      case 'suggest':
      case 'allowedFast':
      case 'metadataRequest':
      case 'metadataData':
      case 'metadataReject':
      case 'exchange':
      case 'uploadOnly':
        break
      default:
        assertNever(event)
    }
    this.#world.event(this, event)
    if (event.kind === 'have' || event.kind === 'haves' || event.kind === 'dontHave') this.wake()
  }

  #size(): number {
    return this.#world.subject.layout.current?.size ?? 0
  }

  #requested(request: { readonly piece: number; readonly begin: number; readonly length: number }): void {
    const pieceLength = this.#world.pieceLength() ?? 0
    const offset = request.piece * pieceLength + request.begin
    const allowed = !this.talk.amChoking && this.uploads !== undefined
    if (allowed && this.#world.subject.had(offset, offset + request.length)) {
      this.uploads?.add(request)
      this.uploads?.pump()
    } else if (this.talk.supportsFast) this.talk.reject(request.piece, request.begin, request.length)
  }

  /** Gives the peer a slot or takes it away. */
  setChoked(choked: boolean, now: number): void {
    if (choked === this.talk.amChoking) return
    if (!choked) {
      this.unchokedAt = now
      this.talk.unchoke()
    } else {
      this.talk.choke()
      const dropped = this.uploads?.clear() ?? []
      if (this.talk.supportsFast) for (const one of dropped) this.talk.reject(one.piece, one.begin, one.length)
    }
    this.flush()
  }

  /** Once a second. */
  tick(now: number): void {
    this.down.tick(now)
    this.up.tick(now)
    if (this.#requests?.tick(now, this.down.current) === true) this.refresh()
  }

  #end(fault: Fault | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.uploads?.close()
    this.talk.abandon()
    this.#port?.[Symbol.dispose]()
    this.#world.ended(this, fault)
  }
}
