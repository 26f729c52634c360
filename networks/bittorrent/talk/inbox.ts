import { assertNever, fail } from '@kith/core/fault/fault.ts'
import { mostPieces } from '../wire/limits.ts'
import type { Block, PeerMessage } from '../wire/peer.ts'
import { decodeMessage, messageId } from '../wire/peer.ts'
import type { Extensions } from './extensions.ts'
import { ExtendedInbox } from './extended-inbox.ts'
import { requestsAccepted } from './extensions.ts'
import { Framer } from './framer.ts'
import type { Patience } from './patience.ts'
import type { PeerEvent, TalkSetup } from './peer-event.ts'
import { Supply } from './supply.ts'

/** The longest block that a peer may ask for, or send: no client uses more. */
const longestBlock = 128 * 1024
/** Blocks that were never asked for, in bytes, before a peer has to go: some may cross with a lost count of ours. */
const toleratedBytes = 256 * 1024
/** Extended messages: peers and metadata, with room for what others invent. */
const longestExtended = 1024 * 1024
/** Messages that we do not know, and small ones whose length is checked later. */
const longestOther = 64 * 1024
/** How often a peer may tell of all its pieces at once: it has to once, and each time all that we want is counted anew. */
const mostHaves = 16

/** What the inbox needs of the talk that it is part of. */
export interface InboxWorld {
  readonly setup: TalkSetup
  readonly extensions: Extensions
  readonly patience: Patience
  fast(): boolean
  amChoking(): boolean
  /** Says at once that a request will not be answered. */
  reject(id: number, piece: number, begin: number, length: number): void
  rejectMetadata(piece: number): void
}

interface Geometry {
  readonly pieceCount: number
  readonly pieceLength: number
  readonly size: number
}

/** What comes from the peer: checks each message, keeps what it says of itself, and turns the rest into events. */
export class Inbox {
  readonly #world: InboxWorld
  readonly #framer: Framer
  readonly #extended: ExtendedInbox
  readonly supply: Supply
  /** It chokes us. */
  choked = true
  /** It is interested. */
  interested = false
  /** Bytes of blocks that we asked for. */
  asked = 0
  /** Bytes of blocks that were placed. */
  received = 0
  /** Bytes of blocks that nobody wanted. */
  unwanted = 0
  #geometry: Geometry | undefined
  #now = 0
  /** Bytes of blocks that it sent or began to send. */
  #sent = 0
  #events: PeerEvent[] = []
  #head = 0
  /** Requests among the events. */
  #requests = 0
  /** Times that it told of all its pieces at once. */
  #told = 0

  constructor(world: InboxWorld) {
    const { pieceCount, pieceLength, size } = world.setup
    this.#world = world
    this.supply = new Supply(pieceCount)
    if (pieceCount !== undefined && pieceLength !== undefined && size !== undefined) {
      this.#geometry = { pieceCount, pieceLength, size }
    }
    this.#extended = new ExtendedInbox({
      extensions: world.extensions,
      supply: this.supply,
      rejectMetadata: (piece) => world.rejectMetadata(piece),
      push: (event) => this.push(event),
    })
    this.#framer = new Framer({
      limit: (id) => this.#limit(id),
      keepAlive: () => {
        this.#world.patience.messageEnded()
        this.#idle()
      },
      message: (bytes) => {
        this.#world.patience.messageEnded()
        this.#message(decodeMessage(bytes))
      },
      blockBegins: (piece, begin, length) => this.#blockBegins(piece, begin, length),
      blockEnds: (piece, begin, length, taken) => {
        if (!taken) this.unwanted += length
        else {
          this.received += length
          this.#world.setup.blocks.delivered(piece, begin, length)
        }
      },
    })
  }

  /** @throws FaultError `peer` */
  receive(bytes: Uint8Array, from: number, now: number): void {
    this.#now = now
    this.#extended.begin()
    this.#framer.receive(bytes, from)
    this.#world.patience.heard(now, this.#framer.waiting)
  }

  /** @throws FaultError `peer` when what the peer said before does not fit */
  describe(pieceCount: number, pieceLength: number, size: number): void {
    if (this.#geometry !== undefined) return
    this.supply.describe(pieceCount)
    this.#geometry = { pieceCount, pieceLength, size }
  }

  abandon(): void {
    this.#framer.abandon()
  }

  stop(): void {
    this.#framer.stop()
  }

  push(event: PeerEvent): void {
    this.#events.push(event)
  }

  next(): PeerEvent | undefined {
    const event = this.#events[this.#head]
    if (event === undefined) return undefined
    this.#head++
    if (this.#head === this.#events.length) {
      this.#events = []
      this.#head = 0
    }
    if (event.kind === 'request') this.#requests--
    return event
  }

  #idle(): void {
    this.#world.patience.idle(this.#now)
  }

  #limit(id: number): number {
    if (id === messageId.piece) return 9 + longestBlock
    if (id === messageId.bitfield) return 1 + Math.ceil((this.#geometry?.pieceCount ?? mostPieces) / 8)
    return id === messageId.extended ? longestExtended : longestOther
  }

  // Blocks

  #blockBegins(piece: number, begin: number, length: number): Uint8Array | undefined {
    this.#world.patience.messageEnded()
    this.#sent += length
    if (this.#sent > this.asked + toleratedBytes) {
      throw fail('peer', 'bittorrent/not-asked', 'It sends blocks that nobody asked for')
    }
    if (this.#geometry === undefined) return undefined
    this.#inRange({ piece, begin, length })
    return this.#world.setup.blocks.place(piece, begin, length)
  }

  #pieceInRange(piece: number): void {
    if (piece >= (this.#geometry?.pieceCount ?? mostPieces)) {
      throw fail('peer', 'bittorrent/piece-range', `It spoke of piece ${piece}, which the torrent does not have`)
    }
  }

  #inRange({ piece, begin, length }: Block): void {
    this.#pieceInRange(piece)
    if (this.#geometry === undefined) return
    const { pieceLength, size } = this.#geometry
    if (begin + length > Math.min(pieceLength, size - piece * pieceLength)) {
      throw fail('peer', 'bittorrent/block-range', `It spoke of a block beyond the end of piece ${piece}`)
    }
  }

  // Messages

  #message(message: PeerMessage): void {
    switch (message.kind) {
      case 'choke':
      case 'unchoke':
        return this.#choke(message.kind === 'choke')
      case 'interested':
      case 'notInterested':
        return this.#interest(message.kind === 'interested')
      case 'have':
        if (!this.supply.add(message.piece)) this.#idle()
        else if (this.#geometry !== undefined) this.push(message)
        return undefined
      case 'bitfield':
        this.supply.bitfield(message.bits)
        return this.#haves()
      case 'haveAll':
        this.#needFast()
        this.supply.everything()
        return this.#haves()
      case 'haveNone':
        this.#needFast()
        this.supply.nothing()
        return this.#haves()
      case 'request':
        return this.#request(message)
      case 'cancel':
        this.#idle()
        this.#inRange(message)
        return this.push(message)
      case 'reject':
        this.#needFast()
        this.#idle()
        this.#inRange(message)
        return this.push(message)
      case 'suggest':
      case 'allowedFast':
        return this.#favour(message.kind, message.piece)
      case 'extended':
        this.#idle()
        return this.#extended.receive(message.id, message.payload)
      case 'keepAlive':
      case 'port':
      case 'unknown':
      // The framer makes blocks of all pieces but those that are too short to decode.
      case 'piece':
        return this.#idle()
      default:
        return assertNever(message)
    }
  }

  #needFast(): void {
    if (!this.#world.fast()) throw fail('peer', 'bittorrent/fast', 'It uses the fast extension without having said so')
  }

  #choke(choked: boolean): void {
    this.#idle()
    if (this.choked === choked) return
    this.choked = choked
    this.push({ kind: choked ? 'choked' : 'unchoked' })
  }

  #interest(interested: boolean): void {
    this.#idle()
    if (this.interested === interested) return
    this.interested = interested
    this.push({ kind: interested ? 'interested' : 'notInterested' })
  }

  #haves(): void {
    this.#told++
    if (this.#told > mostHaves) throw fail('peer', 'bittorrent/flood', 'It tells of its pieces again and again')
    if (this.#geometry !== undefined) this.push({ kind: 'haves' })
  }

  #request(request: { readonly kind: 'request' } & Block): void {
    const { piece, begin, length } = request
    this.#inRange(request)
    if (length === 0 || length > longestBlock) {
      throw fail('peer', 'bittorrent/request-length', `It asked for a block of ${length} bytes`)
    }
    if (this.#world.amChoking()) this.#idle()
    const tooMany = this.#world.setup.blocks.waiting() + this.#requests >= requestsAccepted
    if (!tooMany && this.#geometry !== undefined) {
      this.#requests++
      return this.push(request)
    }
    // A request is never dropped in silence: whoever cannot be told waits for it in vain.
    if (this.#world.fast()) {
      this.#idle()
      this.#world.reject(messageId.reject, piece, begin, length)
    } else if (tooMany) {
      throw fail('peer', 'bittorrent/request-flood', `It asked for more than ${requestsAccepted} blocks at once`)
    }
  }

  #favour(kind: 'suggest' | 'allowedFast', piece: number): void {
    this.#needFast()
    this.#idle()
    this.#pieceInRange(piece)
    if (this.#geometry !== undefined) this.push({ kind, piece })
  }
}
