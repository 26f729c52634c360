import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Channel } from '@kith/core/network/channel.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import { Filler } from '@kith/core/transfer/filler.ts'
import type { Claim, Lane, LaneFacts, LanePort } from '@kith/core/transfer/lane.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { formatRanges, type AskedRange } from '../wire/ranges.ts'

/** Blocks of one question at the most, 4 MiB, and questions that are open at once: the line is never idle. */
const MOST_BLOCKS = 256
const QUESTIONS = 3
/** The rate that is shown is of about this many seconds. */
const RATE_SECONDS = 3

/** Fetches one content from one device, over a channel to it. */
export class DeviceLane implements Lane {
  readonly peer: Peer
  readonly via = 'http2'
  readonly #subject: Subject
  readonly #path: string
  readonly #stop = new AbortController()
  #asking = new AbortController()
  #fault: Fault | undefined
  readonly #idle = new Set<() => void>()
  #open = 0
  #rate = 0
  #lately = 0

  /** `path` is that of the content's bytes. */
  constructor(peer: Peer, subject: Subject, path: string) {
    this.peer = peer
    this.#subject = subject
    this.#path = path
  }

  rate(): number {
    return this.#rate
  }
  has(): boolean {
    return true
  }
  wake(): void {
    for (const wake of this.#idle) wake()
  }
  cancel(): void {
    // One question asks for many blocks; what comes although nobody wants it any more is passed over.
  }
  abandon(): void {
    this.#asking.abort(fail('gone', 'neighbours/abandoned', 'What was asked for is not wanted any more'))
    this.#asking = new AbortController()
  }
  close(fault?: Fault): void {
    this.#fault ??= fault
    this.#stop.abort(fail('gone', 'neighbours/leaving', 'The conversation is over'))
  }
  idle(): string | undefined {
    return this.#open > 0 ? undefined : 'nothing to ask for'
  }
  facts(): LaneFacts {
    return { upRate: 0, progress: 1, incoming: false, taking: false }
  }

  /** Asks for as long as there is something to ask for; gives what made it stop. */
  async run(channel: Channel, clock: Clock, signal: AbortSignal): Promise<Fault | undefined> {
    const port = this.#subject.open(this)
    const stop = AbortSignal.any([signal, this.#stop.signal])
    using _ticking = every(clock, 1_000, () => {
      this.#rate += (this.#lately - this.#rate) / RATE_SECONDS
      this.#lately = 0
    })
    channel.ended(() => this.#stop.abort(fail('gone', 'neighbours/away', 'The device went away')))
    try {
      port.supplyAll()
      await Promise.all(Array.from({ length: QUESTIONS }, () => this.#work(port, channel, stop)))
      return this.#fault
    } catch (error) {
      this.#stop.abort(error)
      return this.#fault ?? faultOf(error, 'fetch from a device')
    } finally {
      port[Symbol.dispose]()
    }
  }

  async #work(port: LanePort, channel: Channel, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const claims: Claim[] = []
      port.claim(MOST_BLOCKS, claims)
      if (claims.length === 0) {
        await this.#somethingToDo(stop)
        continue
      }
      const asking = this.#asking.signal
      this.#open++
      try {
        await this.#ask(port, channel, claims, stop, asking)
      } catch (error) {
        // Abandoned, not failed: the claims are void, and the next question asks for what is wanted now.
        if (!asking.aborted || stop.aborted) throw error
      } finally {
        this.#open--
      }
    }
  }

  async #ask(port: LanePort, channel: Channel, claims: Claim[], stop: AbortSignal, asking: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stop, asking])
    claims.sort((a, b) => a.offset - b.offset)
    const filler = new Filler(port, claims)
    try {
      const answer = await channel.ask({
        method: 'GET',
        target: `${this.#path}?${formatRanges(rangesOf(claims))}`,
        budget: this.#subject.budget,
        signal,
      })
      if (answer.status !== 200) {
        throw fail('unavailable', 'neighbours/refused', `The device does not give it (${answer.status})`)
      }
      for await (const part of answer.body) {
        signal.throwIfAborted()
        this.#lately += part.length
        filler.take(part)
        if (filler.done) break
      }
      if (!filler.done) throw fail('peer', 'neighbours/short', 'The device sent less than it was asked for')
    } finally {
      // Claims that were abandoned are void already, and may be somebody else's by now.
      if (!asking.aborted) for (const { offset, length } of filler.left) port.refused(offset, length)
    }
  }

  #somethingToDo(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#idle.delete(done)
        stop.removeEventListener('abort', done)
        resolve()
      }
      this.#idle.add(done)
      stop.addEventListener('abort', done, { once: true })
    })
  }
}

/** Blocks in order as ranges without gaps. */
function rangesOf(claims: readonly Claim[]): readonly AskedRange[] {
  const ranges: { start: number; end: number }[] = []
  for (const { offset, length } of claims) {
    const last = ranges.at(-1)
    if (last?.end === offset) last.end += length
    else ranges.push({ start: offset, end: offset + length })
  }
  return ranges
}
