import { type Fault, fail, faultOf } from '@kith/core/fault/fault.ts'
import { type Clock, every } from '@kith/core/network/clock.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import { Filler } from '@kith/core/transfer/filler.ts'
import type { Claim, Lane, LaneFacts, LanePort } from '@kith/core/transfer/lane.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { withLength } from '@kith/wire/framing.ts'
import { formatRanges, joined } from '../wire/ranges.ts'
import { Bulk } from './bulk.ts'
import type { BulkLine } from './bulk-take.ts'
import type { DataLine } from './line.ts'

/** Blocks of one question at the most: 4 MiB. */
const MOST_BLOCKS = 256
/**
 * So much is asked for ahead, and nothing more before half of it has come: the line is never idle, and a question, which
 * costs both sides as much as some hundred KiB of bytes, is seldom.
 */
const AHEAD_BYTES = 16 * 1024 * 1024
/** The rate that is shown is of about this many seconds. */
const RATE_SECONDS = 3
/** Who has been asked, and sends nothing for so long although nobody holds him back, is asked no more. */
const PATIENCE_SECONDS = 30

/** A question that is not answered to the end. */
interface Asked {
  readonly filler: Filler
  readonly length: number
  /** The claims are void: what comes is passed over. */
  void: boolean
}

export interface DeviceLaneOptions {
  readonly peer: Peer
  readonly subject: Subject
  readonly line: DataLine
  readonly via: 'data' | 'channel'
  /** Further lines, for threads; undefined where there is none to be had. */
  openBulk(): Promise<BulkLine | undefined>
}

/** Fetches one content from one device, over a line to it, and over more of them where the device is fast. */
export class DeviceLane implements Lane {
  readonly peer: Peer
  readonly #via: 'data' | 'channel'
  readonly #openBulk: () => Promise<BulkLine | undefined>
  readonly #subject: Subject
  readonly #line: DataLine
  readonly #over = Promise.withResolvers<Fault | undefined>()
  /** In the order in which they will be answered. */
  readonly #asked: Asked[] = []
  #port: LanePort | undefined
  #bulk: Bulk | undefined
  #ahead = 0
  /** Of the first question's answer; undefined before its head has come. */
  #left: number | undefined
  #head: Uint8Array = new Uint8Array()
  #asking = false
  #rate = 0
  #lately = 0
  #silence = 0
  #received = 0

  constructor({ peer, subject, line, via, openBulk }: DeviceLaneOptions) {
    this.peer = peer
    this.#via = via
    this.#openBulk = openBulk
    this.#subject = subject
    this.#line = line
  }

  /** Bytes that came. */
  get received(): number {
    return this.#received
  }

  get via(): string {
    return this.#bulk?.asks === true ? 'threads' : this.#via
  }

  rate(): number {
    return this.#rate
  }
  has(): boolean {
    return true
  }
  wake(): void {
    if (this.#asking || this.#port === undefined) return
    this.#asking = true
    queueMicrotask(() => {
      this.#asking = false
      this.#ask()
    })
  }
  cancel(): void {
    // One question asks for many blocks; what comes although nobody wants it any more is passed over.
  }
  abandon(): void {
    for (const asked of this.#asked) asked.void = true
    this.#bulk?.abandon()
  }
  close(fault?: Fault): void {
    this.#end(fault)
  }
  idle(): string | undefined {
    return this.#waits ? undefined : 'nothing to ask for'
  }
  facts(): LaneFacts {
    return { upRate: 0, progress: 1, incoming: false, taking: false }
  }

  /** Asks for as long as there is something to ask for; gives what made it stop, if that was not the signal. */
  async run(clock: Clock, signal: AbortSignal): Promise<Fault | undefined> {
    using port = this.#subject.open(this)
    using _ticking = every(clock, 1_000, () => this.#tick())
    const stop = (): void => this.#end(undefined)
    signal.addEventListener('abort', stop, { once: true })
    this.#port = port
    this.#bulk = new Bulk({
      port,
      clock,
      missing: () => this.#subject.missing(),
      open: this.#openBulk,
      came: (bytes) => this.#count(bytes),
      changed: () => this.wake(),
    })
    this.#line.open({
      receive: (bytes) => this.#receive(bytes),
      ended: (fault) => this.#end(fault ?? fail('gone', 'neighbours/away', 'The device went away').fault),
    })
    port.supplyAll()
    if (signal.aborted) stop()
    else this.#ask()
    try {
      return await this.#over.promise
    } finally {
      this.#port = undefined
      signal.removeEventListener('abort', stop)
    }
  }

  #end(fault: Fault | undefined): void {
    this.#over.resolve(fault)
    this.#line.close(fault)
    this.#bulk?.close(fault)
  }

  /** It has been asked for something that has not come. */
  get #waits(): boolean {
    return this.#asked.length > 0 || (this.#bulk?.ahead ?? 0) > 0
  }

  #count(bytes: number): void {
    this.#lately += bytes
    this.#received += bytes
  }

  #tick(): void {
    this.#rate += (this.#lately - this.#rate) / RATE_SECONDS
    const held = !this.#waits || !this.#subject.budget.unlimited('down')
    this.#silence = this.#lately > 0 || held ? 0 : this.#silence + 1
    this.#lately = 0
    if (this.#silence < PATIENCE_SECONDS) return
    this.#end(fail('gone', 'neighbours/silent', 'The device was asked and sends nothing').fault)
  }

  #ask(): void {
    const port = this.#port
    if (port === undefined) return
    this.#bulk?.wake()
    if (this.#bulk?.asks === true || this.#ahead > AHEAD_BYTES / 2) return
    const questions: Uint8Array[] = []
    while (this.#ahead < AHEAD_BYTES) {
      const claims: Claim[] = []
      if (port.claim(MOST_BLOCKS, claims) === 0) break
      claims.sort((a, b) => a.offset - b.offset)
      const length = claims.reduce((sum, claim) => sum + claim.length, 0)
      this.#asked.push({ filler: new Filler(port, claims), length, void: false })
      this.#ahead += length
      questions.push(
        withLength(
          utf8(formatRanges(joined(claims.map(({ offset, length }) => ({ start: offset, end: offset + length }))))),
        ),
      )
    }
    if (questions.length > 0) this.#line.send(concat(questions))
  }

  #receive(bytes: Uint8Array): void {
    this.#count(bytes.length)
    this.#bulk?.ordinary(bytes.length)
    try {
      for (let at = 0; at < bytes.length;) at += this.#take(bytes.subarray(at))
    } catch (error) {
      return this.#end(faultOf(error, 'hear a device'))
    }
    this.#ask()
  }

  /** How many bytes it took. */
  #take(bytes: Uint8Array): number {
    const [asked] = this.#asked
    if (asked === undefined) throw fail('peer', 'neighbours/message', 'The device sends what nobody asked for')
    if (this.#left === undefined) {
      const some = bytes.subarray(0, 4 - this.#head.length)
      this.#head = concat([this.#head, some])
      if (this.#head.length === 4) this.#begin(asked)
      return some.length
    }
    const some = bytes.subarray(0, this.#left)
    this.#left -= some.length
    this.#ahead -= some.length
    if (!asked.void) asked.filler.take(some)
    if (this.#left === 0) {
      this.#asked.shift()
      this.#left = undefined
    }
    return some.length
  }

  #begin(asked: Asked): void {
    const length = new DataView(this.#head.buffer, this.#head.byteOffset).getUint32(0)
    if (length === 0) throw fail('unavailable', 'neighbours/not-there', 'The device does not have that')
    if (length !== asked.length) throw fail('peer', 'neighbours/message', 'The device answers something else')
    this.#left = length
    this.#head = new Uint8Array()
  }
}
