import type { Clock } from '@kith/core/network/clock.ts'
import type { Slot, Slots } from '@kith/core/transfer/storage.ts'

const mebibyte = 1024 * 1024
/** One BitTorrent piece of the usual size, and a write that is large enough to cost no more per byte than a larger one. */
export const slotBytes: number = mebibyte
/** Enough that two workers and the sockets of a fast transfer never wait for each other. */
export const memoryBytes: number = 40 * mebibyte
/** One block: no chunk is shorter but for the ends of files. */
const shortestPart = 16 * 1024
/** Memory that nobody used for this long is given back to the system. */
const idleMs = 30_000
/** Less is not worth a collection. */
const worthBytes = 8 * mebibyte

export interface SlotsOptions {
  readonly clock: Clock
  /** Bytes in a slot. */
  readonly slotBytes?: number
  /** Bytes in all slots together. */
  readonly memoryBytes?: number
  /** So much memory was dropped that it is worth having it collected. */
  readonly dropped?: () => void
}

interface Resting {
  readonly bytes: Uint8Array
  readonly since: number
}

/** A slot in parts of one length. */
interface Shared {
  readonly slot: Slot
  readonly count: number
  /** Which parts nobody has. */
  readonly free: number[]
}

/** Slots of shared memory, each made when it is first needed and dropped when it rested for a while. */
export class SharedSlots implements Slots, Disposable {
  readonly size: number
  readonly #clock: Clock
  readonly #capacity: number
  readonly #dropped: (() => void) | undefined
  /** Slots that are in parts and have some free, by the bytes of a part. */
  readonly #shared = new Map<number, Set<Shared>>()
  /** The one that was used last is on top, so the bottom goes cold and can be dropped. */
  readonly #resting: Resting[] = []
  readonly #watchers = new Set<() => void>()
  #leased = 0
  #telling = false
  #sweep: Disposable | undefined

  constructor(options: SlotsOptions) {
    this.#clock = options.clock
    this.#dropped = options.dropped
    this.size = options.slotBytes ?? slotBytes
    this.#capacity = Math.max(1, Math.floor((options.memoryBytes ?? memoryBytes) / this.size))
  }

  /** Whole slots that could be leased now. */
  get free(): number {
    return this.#capacity - this.#leased
  }

  /** Bytes of memory that exist now, in use or resting. */
  get held(): number {
    return (this.#leased + this.#resting.length) * this.size
  }

  has(length: number): boolean {
    return this.free > 0 || (this.#shared.get(this.#partBytes(length))?.size ?? 0) > 0
  }

  lease(length: number): Slot | undefined {
    const part = this.#partBytes(length)
    return part === this.size ? this.#whole() : this.#part(part)
  }

  /** What is much shorter than a slot gets a part of one, or a transfer of short leaves would have no memory to speak of. */
  #partBytes(length: number): number {
    const bytes = Math.max(shortestPart, 2 ** Math.ceil(Math.log2(length)))
    return bytes * 2 <= this.size ? bytes : this.size
  }

  #whole(): Slot | undefined {
    if (this.free === 0) return undefined
    this.#leased++
    const bytes = this.#resting.pop()?.bytes ?? new Uint8Array(new SharedArrayBuffer(this.size))
    return once(bytes, () => this.#release(bytes))
  }

  #part(bytes: number): Slot | undefined {
    let all = this.#shared.get(bytes)
    if (all === undefined) this.#shared.set(bytes, (all = new Set()))
    let shared = all.values().next().value
    if (shared === undefined) {
      const slot = this.#whole()
      if (slot === undefined) return undefined
      const count = Math.floor(this.size / bytes)
      shared = { slot, count, free: Array.from({ length: count }, (_, index) => index) }
      all.add(shared)
    }
    const { slot, count, free } = shared
    const index = free.pop()!
    if (free.length === 0) all.delete(shared)
    return once(slot.bytes.subarray(index * bytes, (index + 1) * bytes), () => {
      free.push(index)
      if (free.length < count) {
        all.add(shared)
        if (this.free === 0) this.#tell()
        return
      }
      all.delete(shared)
      slot.release()
    })
  }

  #release(bytes: Uint8Array): void {
    this.#leased--
    this.#resting.push({ bytes, since: this.#clock.now() })
    this.#sweep ??= this.#clock.after(idleMs, () => this.#dropCold())
    if (this.free <= 1) this.#tell()
  }

  /** Later and once, so that nobody is called from inside his own release. */
  #tell(): void {
    if (this.#telling) return
    this.#telling = true
    queueMicrotask(() => {
      this.#telling = false
      for (const freed of this.#watchers) freed()
    })
  }

  #dropCold(): void {
    const before = this.#clock.now() - idleMs
    const cold = this.#resting.findIndex(({ since }) => since > before)
    const count = cold < 0 ? this.#resting.length : cold
    this.#resting.splice(0, count)
    // Afterwards, when nothing on the stack refers to the memory any more.
    if (count * this.size >= worthBytes) queueMicrotask(() => this.#dropped?.())
    this.#sweep = this.#resting.length > 0 ? this.#clock.after(idleMs, () => this.#dropCold()) : undefined
  }

  watch(freed: () => void): Disposable {
    const own = (): void => freed()
    this.#watchers.add(own)
    return { [Symbol.dispose]: () => void this.#watchers.delete(own) }
  }

  [Symbol.dispose](): void {
    this.#sweep?.[Symbol.dispose]()
    this.#sweep = undefined
    this.#resting.length = 0
    this.#watchers.clear()
  }
}

/** A second release changes nothing. */
function once(bytes: Uint8Array, release: () => void): Slot {
  let leased = true
  return {
    bytes,
    release() {
      if (!leased) return
      leased = false
      release()
    },
  }
}
