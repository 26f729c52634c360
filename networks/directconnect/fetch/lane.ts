import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import type { Claim, Lane, LanePort } from '@kith/core/transfer/lane.ts'
import { blockSize } from '@kith/core/transfer/lane.ts'
import { Filler } from '@kith/core/transfer/filler.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { Demand, Line } from '../peers/line.ts'
import { peerOf } from '../peers/party.ts'
import type { Refusal, Taker } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import { tigerText } from '../wire/cid.ts'
import { leavesTaker } from './leaves.ts'
import { Packing } from './packing.ts'
import type { Described } from './described.ts'

/** Blocks that are claimed at once, 1 to 16 MiB: about what comes in four seconds. */
const fewestBlocks = 64
const mostBlocks = 1024
const claimSeconds = 4
/** Who has no slot for us is asked again after this long, and who does not have the file much later. */
const busyMs = 30_000
const absentMs = 30 * 60_000
/** How fast a rate forgets, in milliseconds. */
const rateMs = 3_000

export interface FileLaneWorld {
  readonly clock: Clock
  readonly subject: Subject
  /** What is known of the bytes, by all lanes together. */
  readonly described: Described
  readonly line: Line
  closed(): void
}

/** One user who has our file: asks for the leaves of its Tiger tree first, then for runs of blocks. */
export class FileLane implements Lane, Demand {
  readonly peer: Peer
  readonly via: string
  readonly inRuns = true
  readonly #world: FileLaneWorld
  readonly #name: string
  #port: LanePort | undefined
  /** Claimed and not asked for yet, in the order of the file. */
  #claims: Claim[] = []
  /** What is being received. */
  #run: Run | undefined
  #restUntil = 0
  #refusal: Refusal | undefined
  #waking: Disposable | undefined
  #rate = 0
  #ratedAt: number
  #triedLeaves = false
  readonly #packing = new Packing()
  #closed = false

  constructor(tth: Uint8Array, world: FileLaneWorld) {
    this.#world = world
    this.#name = `TTH/${tigerText(tth)}`
    this.#ratedAt = world.clock.now()
    this.peer = peerOf(world.line.party)
    this.via = world.line.party.hub.address.protocol
    world.line.add(this)
  }

  // Lane

  rate(): number {
    const silence = this.#world.clock.now() - this.#ratedAt
    return silence > rateMs ? this.#rate * (rateMs / silence) : this.#rate
  }

  has(): boolean {
    return true
  }

  wake(): void {
    queueMicrotask(() => this.#world.line.poke())
  }

  cancel(offset: number): void {
    this.#claims = this.#claims.filter((claim) => claim.offset !== offset)
  }

  abandon(): void {
    this.#claims = []
    this.#run?.forget()
    this.#run = undefined
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.abandon()
    this.#waking?.[Symbol.dispose]()
    this.#port?.[Symbol.dispose]()
    this.#world.line.remove(this)
    this.#world.closed()
  }

  get line(): Line {
    return this.#world.line
  }

  idle(): string | undefined {
    if (this.#run !== undefined) return undefined
    if (this.#refusal?.kind === 'busy') {
      const { place } = this.#refusal
      return place === undefined ? 'has no free slot for us' : `place ${place} in the queue`
    }
    if (this.#refusal?.kind === 'absent') return 'does not have it any more'
    return this.#world.line.state
  }

  // Demand

  get wanting(): boolean {
    if (this.#closed || this.#world.clock.now() < this.#restUntil) return false
    return this.#port === undefined || this.#port.wanted
  }

  next(): { ask: Ask; taker: Taker } | undefined {
    const { described, clock } = this.#world
    if (this.#closed || clock.now() < this.#restUntil) return undefined
    if (described.wantsLeaves && !this.#triedLeaves) {
      this.#triedLeaves = true
      const ask: Ask = { kind: 'tthl', name: this.#name, start: 0, bytes: -1, zlib: false, recursive: false }
      return { ask, taker: leavesTaker((leaves) => this.#leaves(leaves)) }
    }
    if (this.#port === undefined) this.#open()
    const run = this.#nextRun()
    if (run === undefined) return undefined
    this.#run = run
    const { start, bytes } = run
    const zlib = this.#packing.wanted(described.name, bytes)
    return {
      ask: { kind: 'file', name: this.#name, start, bytes, zlib, recursive: false },
      taker: this.#taker(run, zlib),
    }
  }

  refused(refusal: Refusal): void {
    if (this.#run === undefined && refusal.kind !== 'busy') {
      // No leaves here: the file as a whole can still be checked.
      this.#world.described.withoutLeaves()
      return
    }
    this.#refusal = refusal
    this.#putBack()
    this.#rest(refusal.kind === 'busy' ? busyMs : absentMs)
    if (refusal.kind === 'busy') this.#triedLeaves = false
  }

  lost(fault: Fault): void {
    if (fault.kind === 'peer') this.#rest(absentMs)
    if (this.#world.described.wantsLeaves) this.#triedLeaves = false
    this.#putBack()
  }

  #leaves(leaves: Uint8Array): void {
    // A list that does not fit the root is a lie or an accident; the file may still be right.
    if (!this.#world.described.leaves(leaves)) this.#rest(absentMs)
  }

  #open(): void {
    const { subject, described } = this.#world
    if (!described.ready) return
    this.#port = subject.open(this)
    this.#port.supplyAll()
  }

  #rest(ms: number): void {
    const { clock, line } = this.#world
    this.#restUntil = clock.now() + ms
    this.#waking?.[Symbol.dispose]()
    this.#waking = clock.after(ms, () => line.poke())
  }

  #putBack(): void {
    this.abandon()
    this.#port?.putBack()
  }

  /** Blocks without a gap between them, as one question. */
  #nextRun(): Run | undefined {
    const port = this.#port
    if (port === undefined) return undefined
    if (this.#claims.length === 0) {
      const count = Math.floor((this.rate() * claimSeconds) / blockSize)
      port.claim(Math.min(mostBlocks, Math.max(fewestBlocks, count)), this.#claims)
      this.#claims.sort((one, other) => one.offset - other.offset)
    }
    const [first] = this.#claims
    if (first === undefined) return undefined
    let count = 1
    while (count < this.#claims.length && endOf(this.#claims[count - 1]!) === this.#claims[count]!.offset) count++
    return new Run(port, this.#claims.splice(0, count))
  }

  #taker(run: Run, zlib: boolean): Taker {
    this.#refusal = undefined
    let began = this.#world.clock.now()
    return {
      begin: () => void (began = this.#world.clock.now()),
      body: (bytes) => {
        this.#rated(bytes.length)
        run.take(bytes)
      },
      end: () => {
        if (this.#run === run) this.#run = undefined
        if (!zlib) this.#packing.measured(run.bytes, this.#world.clock.now() - began)
        // Less than asked for: the rest is for others.
        if (!run.done) this.#putBack()
      },
    }
  }

  #rated(bytes: number): void {
    const now = this.#world.clock.now()
    const passed = Math.max(1, now - this.#ratedAt)
    const share = Math.min(1, passed / rateMs)
    this.#rate += ((bytes * 1000) / passed - this.#rate) * share
    this.#ratedAt = now
  }
}

function endOf({ offset, length }: Claim): number {
  return offset + length
}

/** Blocks that follow each other, while they are received as one. */
class Run {
  readonly start: number
  readonly bytes: number
  readonly #filler: Filler
  #forgotten = false

  constructor(port: LanePort, claims: readonly Claim[]) {
    this.#filler = new Filler(port, claims)
    this.start = claims[0]!.offset
    this.bytes = endOf(claims.at(-1)!) - this.start
  }

  get done(): boolean {
    return this.#forgotten || this.#filler.done
  }

  /** What still comes is of no use, and nobody may touch the memory any more. */
  forget(): void {
    this.#forgotten = true
  }

  take(part: Uint8Array): void {
    if (!this.#forgotten) this.#filler.take(part)
  }
}
