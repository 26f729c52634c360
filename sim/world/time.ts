import type { Clock, Random } from '@kith/core/network/clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

/** Virtual time: nothing happens until `run` is called, and then everything in order, as fast as it can. */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  #count = 0
  /** A binary heap by time, then by order of arrival. */
  readonly #heap: Timer[] = []

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  /** Timers that fired so far: two runs of one seed have the same count. */
  get fired(): number {
    return this.#count
  }

  after(ms: number, callback: () => void): Disposable {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback, cancelled: false }
    this.#push(timer)
    return {
      [Symbol.dispose]: () => {
        timer.cancelled = true
      },
    }
  }

  /** Lets time pass until the test holds; false when `ms` went by first. */
  async until(test: () => boolean, ms: number): Promise<boolean> {
    const end = this.#now + ms
    await settled()
    while (!test()) {
      const next = this.#peek()
      if (next === undefined || next.at > end) {
        this.#now = end
        return test()
      }
      this.#pop()
      this.#now = Math.max(this.#now, next.at)
      if (next.cancelled) continue
      this.#count++
      next.callback()
      await settled()
    }
    return true
  }

  async run(ms: number): Promise<void> {
    await this.until(() => false, ms)
  }

  #peek(): Timer | undefined {
    return this.#heap[0]
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (before(heap[parent]!, timer)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (before(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** Promises of simulated hosts settle within a few turns; real I/O has no part in it. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

/** Chance that the seed decides. */
export function seeded(seed: number): Random {
  let state = (seed >>> 0) + 0x9e3779b9
  const number = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { number, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(number() * 256)) }
}
