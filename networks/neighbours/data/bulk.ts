import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { LanePort } from '@kith/core/transfer/lane.ts'
import { type BulkLine, BulkTake } from './bulk-take.ts'

/**
 * It begins when the device has sent so much as fast as this, in bytes and bytes per second: a network that is slower than a
 * gigabit is no work for a processor.
 */
const FAST_BYTES = 8 * 1024 * 1024
const FAST_RATE = 24 * 1024 * 1024
/** Threads start for so much, at least. */
export const BULK_BYTES: number = 64 * 1024 * 1024

export interface BulkOptions {
  readonly port: LanePort
  readonly clock: Clock
  /** Bytes that are missing. */
  missing(): number
  /** Another line to the device; undefined where there is none to be had. */
  open(): Promise<BulkLine | undefined>
  came(bytes: number): void
  /** Whether it asks has changed. */
  changed(): void
}

/** Fetches from a device that turned out to be fast, with threads that prove and write. */
export class Bulk {
  readonly #options: BulkOptions
  #take: BulkTake | undefined
  /** When the bytes began that are counted to find out how fast it is. */
  #since = 0
  #counted = 0
  #opening = false
  /** It could not be had, or broke: it is not tried again. */
  #givenUp = false
  #closed = false

  constructor(options: BulkOptions) {
    this.#options = options
  }

  /** Bytes that were asked for and have not come. */
  get ahead(): number {
    return this.#take?.ahead ?? 0
  }

  /** Whether it asks for what is missing, so that nobody else has to. */
  get asks(): boolean {
    return this.#take?.over === false
  }

  /** So many bytes came on the ordinary line. */
  ordinary(bytes: number): void {
    if (this.#opening || this.#givenUp || this.#closed || this.#take !== undefined) return
    const now = this.#options.clock.now()
    if (this.#counted === 0) this.#since = now
    this.#counted += bytes
    if (this.#counted < FAST_BYTES) return
    const fast = this.#counted * 1000 >= FAST_RATE * (now - this.#since)
    this.#counted = 0
    if (!fast || this.#options.missing() < BULK_BYTES) return
    this.#opening = true
    void this.#open().finally(() => (this.#opening = false))
  }

  wake(): void {
    this.#take?.ask()
  }

  /** What is under way is wanted no more; later it may begin again. */
  abandon(): void {
    this.#take?.close()
  }

  close(fault?: Fault): void {
    this.#closed = true
    this.#take?.close(fault)
  }

  async #open(): Promise<void> {
    const { port, open, came, changed } = this.#options
    const line = await open().catch(() => undefined)
    if (line === undefined) return void (this.#givenUp = true)
    if (this.#closed) return line.close()
    this.#take = new BulkTake(line, {
      port,
      came,
      over: (fault) => {
        if (fault !== undefined) this.#givenUp = true
        changed()
      },
      left: () => (this.#take = undefined),
    })
    this.#take.ask()
    changed()
  }
}
