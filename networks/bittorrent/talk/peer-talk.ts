import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Machine, Output } from '@kith/core/network/machine.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Bitfield } from '@kith/wire/bitfield.ts'
import { equal } from '@kith/wire/bytes.ts'
import { clientOf } from '../wire/client-name.ts'
import type { ExchangedPeer, ExtensionName } from '../wire/extended.ts'
import { encodeDontHave, encodeExchange, encodeMetadata, encodeUploadOnly } from '../wire/extended.ts'
import type { Handshake } from '../wire/handshake.ts'
import { encodeHandshake } from '../wire/handshake.ts'
import { messageId } from '../wire/peer.ts'
import { Extensions } from './extensions.ts'
import { Greeting } from './greeting.ts'
import { Inbox } from './inbox.ts'
import { Outbox } from './outbox.ts'
import { Patience } from './patience.ts'
import type { PeerEvent, TalkSetup } from './peer-event.ts'

export type { Blocks, PeerEvent, TalkSetup } from './peer-event.ts'

export type TalkStage = 'greeting' | 'naming' | 'open' | 'closed'

/**
 * One conversation between peers (BEP 3, 6, 9, 10, 11, 21, 54), either side of it, without I/O.
 *
 * ```
 *   dial: our handshake goes out        accept: it goes out here, so that the other side gets on
 *        │                                │
 *        ▼            48 bytes            ▼          20 bytes
 *     greeting ───────────────────────► naming ──────────────────────► open
 *        │  not BitTorrent,               │  it is ourselves             │  anything against the protocol,
 *        │  another torrent, 10 s         │  10 s                        │  silence, a message without end
 *        └────────────────────────────────┴──────────────────────────────┴────────────────────► closed
 * ```
 *
 * What is said with the methods goes out in one piece at the next `poll`; before the conversation is open, and after
 * it, saying something does nothing. Blocks that we give are not written here: their frames are built with
 * `pieceHeader` and go straight to the connection.
 */
export class PeerTalk implements Machine<PeerEvent> {
  readonly #role: 'dial' | 'accept'
  readonly #setup: TalkSetup
  readonly #outbox = new Outbox()
  readonly #inbox: Inbox
  readonly #extensions: Extensions
  readonly #patience: Patience
  readonly #greeting: Greeting
  #now: number
  #stage: TalkStage = 'greeting'
  /** How it ends, until that is told. */
  #ending: { readonly fault?: Fault } | undefined
  #remoteId: Uint8Array | undefined
  #fast = false
  #extended = false
  #amChoking = true
  #amInterested = false
  #uploadOnly: boolean
  /** What the peer was told of it last. */
  #toldUploadOnly: boolean
  /** It was told which pieces we have; from then on it hears of changes. */
  #toldHave = false

  constructor(options: { readonly role: 'dial' | 'accept'; readonly setup: TalkSetup; readonly now: number }) {
    const { role, setup, now } = options
    this.#role = role
    this.#setup = setup
    this.#now = now
    this.#uploadOnly = setup.uploadOnly
    this.#toldUploadOnly = setup.uploadOnly
    this.#patience = new Patience(now)
    this.#extensions = new Extensions(setup)
    this.#greeting = new Greeting(setup.infoHash)
    this.#inbox = new Inbox({
      setup,
      extensions: this.#extensions,
      patience: this.#patience,
      fast: () => this.#fast,
      amChoking: () => this.#amChoking,
      reject: (id, piece, begin, length) => this.#outbox.block(id, piece, begin, length),
      rejectMetadata: (piece) => this.rejectMetadata(piece),
    })
    if (role === 'dial') this.#greet()
  }

  // What is known

  get stage(): TalkStage {
    return this.#stage
  }

  /** 20 bytes, once the handshake is over. */
  get remoteId(): Uint8Array | undefined {
    return this.#remoteId
  }

  /** The program that the peer runs, by its own words or its peer id. */
  get client(): string | undefined {
    return this.#extensions.client ?? (this.#remoteId === undefined ? undefined : clientOf(this.#remoteId))
  }

  get amChoking(): boolean {
    return this.#amChoking
  }

  get amInterested(): boolean {
    return this.#amInterested
  }

  /** It chokes us. */
  get choked(): boolean {
    return this.#inbox.choked
  }

  /** It is interested in what we have. */
  get interested(): boolean {
    return this.#inbox.interested
  }

  /** Both speak the fast extension (BEP 6). */
  get supportsFast(): boolean {
    return this.#fast
  }

  /** Both speak peer exchange (BEP 11). */
  get supportsExchange(): boolean {
    return this.#setup.exchange && this.#extensions.supports('ut_pex')
  }

  /** Requests that it accepts at once. */
  get reqq(): number {
    return this.#extensions.reqq
  }

  /** Bytes of the info dictionary that it has to give. */
  get metadataSize(): number | undefined {
    return this.#extensions.metadataSize
  }

  /** It downloads nothing (BEP 21). */
  get uploadOnly(): boolean {
    return this.#extensions.uploadOnly
  }

  /** Where it accepts connections, if it said so. */
  get listenPort(): number | undefined {
    return this.#extensions.listenPort
  }

  /** The pieces that it has; undefined while the number of pieces is unknown. */
  get have(): Bitfield | undefined {
    return this.#inbox.supply.have
  }

  get haveAll(): boolean {
    return this.#inbox.supply.all
  }

  get knowsPieces(): boolean {
    return this.#inbox.supply.known
  }

  /** Bytes of blocks that were placed. */
  get received(): number {
    return this.#inbox.received
  }

  /** Bytes of blocks that nobody wanted any more, or ever. */
  get unwanted(): number {
    return this.#inbox.unwanted
  }

  // The machine

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stage === 'closed') return
    this.#now = now
    this.#attempt(() => {
      const at = this.#stage === 'open' ? 0 : this.#readGreeting(bytes)
      if (this.#stage === 'open') this.#inbox.receive(bytes, at, now)
      if (this.#toldUploadOnly !== this.#uploadOnly && this.#extensions.known) this.tellUploadOnly(this.#uploadOnly)
    })
  }

  tick(now: number): void {
    if (this.#stage === 'closed') return
    this.#now = now
    const due = this.#patience.tick(now)
    if (due === 'keep-alive') this.#outbox.keepAlive()
    else if (due !== undefined) this.#close(due)
  }

  get deadline(): number | undefined {
    return this.#stage === 'closed' ? undefined : this.#patience.deadline
  }

  poll(): Output<PeerEvent> | undefined {
    const event = this.#inbox.next()
    if (event !== undefined) return { kind: 'event', event }
    if (this.#outbox.length > 0) {
      this.#patience.said(this.#now)
      return { kind: 'send', bytes: this.#outbox.take() }
    }
    if (this.#ending === undefined) return undefined
    const ending = this.#ending
    this.#ending = undefined
    return { kind: 'close', ...ending }
  }

  #attempt(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      this.#close(error.fault)
    }
  }

  #close(fault: Fault): void {
    this.#outbox.clear()
    this.#stop({ fault })
  }

  #stop(ending: { readonly fault?: Fault }): void {
    this.#stage = 'closed'
    this.#ending = ending
    this.#inbox.stop()
  }

  #greet(): void {
    const { infoHash, peerId } = this.#setup
    const abilities = { extended: true, fast: true, dht: false, v2: false }
    this.#outbox.add(encodeHandshake({ abilities, infoHash, peerId }))
  }

  /** Gives how many of the bytes belong to the handshake. */
  #readGreeting(bytes: Uint8Array): number {
    const taken = this.#greeting.read(bytes)
    if (this.#stage === 'greeting' && this.#greeting.named) {
      this.#stage = 'naming'
      if (this.#role === 'accept') this.#greet()
    }
    const { handshake } = this.#greeting
    if (handshake === undefined) return taken
    if (equal(handshake.peerId, this.#setup.peerId)) this.#meetSelf()
    else this.#open(handshake)
    return taken
  }

  /**
   * Whoever was dialled says hello and goes, orderly, so that this still arrives: nobody but the side that has dialled knows
   * which address is ours.
   */
  #meetSelf(): void {
    if (this.#role === 'dial') throw fail('peer', 'bittorrent/self', 'It is ourselves')
    this.#stop({})
  }

  #open({ abilities, peerId }: Handshake): void {
    this.#remoteId = peerId
    this.#fast = abilities.fast
    this.#extended = abilities.extended
    this.#stage = 'open'
    this.#patience.opened()
    this.#inbox.push({ kind: 'opened' })
    // BEP 6 wants a word about our pieces first; without the metadata there is only one.
    if (!this.knowsPieces && this.#fast) {
      this.#outbox.word(messageId.haveNone)
      this.#toldHave = true
    }
    if (this.#extended) this.#outbox.add(this.#extensions.handshake(this.#uploadOnly))
    this.#toldUploadOnly = this.#uploadOnly
  }

  // What we say

  choke(): void {
    if (this.#stage !== 'open' || this.#amChoking) return
    this.#amChoking = true
    this.#outbox.word(messageId.choke)
  }

  unchoke(): void {
    if (this.#stage !== 'open' || !this.#amChoking) return
    this.#amChoking = false
    this.#outbox.word(messageId.unchoke)
  }

  tellInterested(): void {
    if (this.#stage !== 'open' || this.#amInterested) return
    this.#amInterested = true
    this.#outbox.word(messageId.interested)
  }

  tellNotInterested(): void {
    if (this.#stage !== 'open' || !this.#amInterested) return
    this.#amInterested = false
    this.#outbox.word(messageId.notInterested)
  }

  /** The info dictionary is known now, so what the peer said of its pieces can be judged. `size` is in bytes. */
  setPieces(pieceCount: number, pieceLength: number, size: number): void {
    if (this.#stage === 'closed') return
    this.#attempt(() => this.#inbox.describe(pieceCount, pieceLength, size))
  }

  /** The pieces that we have: all at once the first time, later one by one. */
  tellHave(pieces: Bitfield): void {
    if (this.#stage !== 'open') return
    if (this.#toldHave) {
      for (const piece of pieces) this.#outbox.piece(messageId.have, piece)
      return
    }
    this.#toldHave = true
    if (this.#fast && pieces.isFull) this.#outbox.word(messageId.haveAll)
    else if (this.#fast && pieces.count === 0) this.#outbox.word(messageId.haveNone)
    else if (pieces.count > 0) {
      const bits = pieces.toBytes()
      this.#outbox.head(messageId.bitfield, bits.length)
      this.#outbox.add(bits)
    }
  }

  /** One more piece that we have. */
  tellHavePiece(piece: number): void {
    if (this.#stage === 'open' && this.#toldHave) this.#outbox.piece(messageId.have, piece)
  }

  /** We lost a piece; a peer that does not speak BEP 54 is not told. */
  tellDontHave(piece: number): void {
    if (this.#toldHave) this.#say('lt_donthave', encodeDontHave(piece))
  }

  request(piece: number, begin: number, length: number): void {
    if (this.#stage !== 'open') return
    this.#inbox.asked += length
    this.#outbox.block(messageId.request, piece, begin, length)
  }

  cancel(piece: number, begin: number, length: number): void {
    if (this.#stage === 'open') this.#outbox.block(messageId.cancel, piece, begin, length)
  }

  /** Refuses a request of the peer; only it speaks the fast extension it can be told. */
  reject(piece: number, begin: number, length: number): void {
    if (this.#stage === 'open' && this.#fast) this.#outbox.block(messageId.reject, piece, begin, length)
  }

  /** The memory of the block that is coming in must not be touched any more. */
  abandon(): void {
    this.#inbox.abandon()
  }

  requestMetadata(piece: number): void {
    this.#say('ut_metadata', encodeMetadata({ kind: 'metadataRequest', piece }))
  }

  /** `size` is that of the whole info dictionary. */
  sendMetadata(piece: number, size: number, bytes: Uint8Array): void {
    this.#say('ut_metadata', encodeMetadata({ kind: 'metadataData', piece, size, bytes }))
  }

  rejectMetadata(piece: number): void {
    this.#say('ut_metadata', encodeMetadata({ kind: 'metadataReject', piece }))
  }

  /** We have the info dictionary now and give it to who asks: tells its length in bytes. */
  tellMetadataSize(size: number): void {
    if (this.#stage === 'open' && this.#extended) this.#outbox.add(this.#extensions.handshake(this.#uploadOnly, size))
  }

  tellExchange(added: readonly ExchangedPeer[], dropped: readonly Endpoint[]): void {
    if (this.supportsExchange) this.#say('ut_pex', encodeExchange({ added, dropped }))
  }

  /** Whether we download nothing from now on (BEP 21). */
  tellUploadOnly(uploadOnly: boolean): void {
    this.#uploadOnly = uploadOnly
    if (this.#stage !== 'open' || !this.#extensions.known || this.#toldUploadOnly === uploadOnly) return
    this.#toldUploadOnly = uploadOnly
    this.#say('upload_only', encodeUploadOnly(uploadOnly))
  }

  #say(name: ExtensionName, payload: Uint8Array): void {
    const message = this.#stage === 'open' ? this.#extensions.message(name, payload) : undefined
    if (message !== undefined) this.#outbox.add(message)
  }
}
