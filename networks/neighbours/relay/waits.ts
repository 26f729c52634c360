import { fail, faultOf, FaultError } from '@kith/core/fault/fault.ts'
import type { Channel, OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import { callSplitter } from './call.ts'

/** How soon a device that lends nothing, or is not there, is asked again; doubled while it goes on so. */
const FIRST_REST_MS = 5_000
const LONGEST_REST_MS = 5 * 60_000
/** Calls that are taken at once, of all devices that pass some on: as many as one of them passes on. */
const MOST_TAKEN = 32

export interface WaitsWorld {
  readonly host: Host
  readonly book: Book
  readonly lines: Lines
  answer(question: PeerQuestion): Promise<OurAnswer>
}

/** Waits at every paired device that passes calls on, so that those who cannot reach us can call; and calls by the same way. */
export class Waits implements AsyncDisposable {
  readonly #world: WaitsWorld
  readonly #stop = new AbortController()
  readonly #workers = new Map<string, Promise<void>>()
  readonly #open = new Map<string, Channel>()
  /** The last line to each, whether or not it lets us wait there. */
  readonly #last = new Map<string, Channel>()
  readonly #watching: Disposable
  #taking = 0

  constructor(world: WaitsWorld) {
    this.#world = world
    this.#watching = world.book.all.watch(() => this.#look())
  }

  start(): void {
    this.#look()
  }

  /** Lines to devices that would pass a call on. */
  get relays(): readonly (readonly [device: string, channel: Channel])[] {
    return [...this.#open].filter(([, { open }]) => open)
  }

  #look(): void {
    if (this.#stop.signal.aborted) return
    for (const { id, standing } of this.#world.book.all.current) {
      if (standing !== 'paired' || this.#workers.has(id)) continue
      this.#workers.set(
        id,
        this.#work(id).finally(() => this.#workers.delete(id)),
      )
    }
  }

  async #work(id: string): Promise<void> {
    const { host, book } = this.#world
    const { signal } = this.#stop
    let rest = FIRST_REST_MS
    while (!signal.aborted && book.isPaired(id)) {
      try {
        await this.#wait(id)
        rest = FIRST_REST_MS
      } catch (error) {
        if (signal.aborted) return
        if (faultOf(error).code === 'kith/bug') throw error
      }
      // A line that has ended meanwhile says the same as one that ends while we rest.
      if (this.#last.get(id)?.open === false) rest = FIRST_REST_MS
      const changed = this.#changed(id)
      await sleep(host.clock, rest, AbortSignal.any([signal, changed])).catch(() => {})
      rest = changed.aborted ? FIRST_REST_MS : Math.min(LONGEST_REST_MS, rest * 2)
    }
  }

  /** Aborts when the device, whose last line we have, joins anew: it may lend now what it did not lend before. */
  #changed(id: string): AbortSignal {
    const change = new AbortController()
    const channel = this.#last.get(id)
    if (channel?.open === true) channel.ended(() => change.abort(fail('gone', 'channel/ended', 'It ended')))
    return change.signal
  }

  /** @throws FaultError when it lends nothing, or cannot be reached by a line of our own */
  async #wait(id: string): Promise<void> {
    const { signal } = this.#stop
    this.#last.delete(id)
    const channel = await this.#world.lines.direct(id, signal)
    this.#last.set(id, channel)
    const line = await channel.tunnel('/relay/wait', { signal })
    this.#open.set(id, channel)
    const split = callSplitter()
    const gone = fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours').fault
    const leave = (): void => line.close(gone)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    await new Promise<void>((resolve) => {
      line.open({
        receive: (bytes) => {
          for (const call of split(bytes)) void this.#take(channel, call)
        },
        ended: () => resolve(),
      })
    })
    signal.removeEventListener('abort', leave)
    if (this.#open.get(id) === channel) this.#open.delete(id)
  }

  /** Somebody calls: who it is, his certificate says, inside. */
  async #take(channel: Channel, call: string): Promise<void> {
    if (this.#taking >= MOST_TAKEN) return
    const { host, answer } = this.#world
    this.#taking++
    try {
      const line = await channel.tunnel(`/relay/take/${call}`, { signal: this.#stop.signal })
      await host.channels.accept(line, answer)
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      host.log.debug('a call came to nothing', { fault: error.fault })
    } finally {
      this.#taking--
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching[Symbol.dispose]()
    this.#stop.abort(fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours'))
    await Promise.all(this.#workers.values())
  }
}
