/** Different files share a place only now and then, and then they merely wait for each other. */
const places = 64
/** How long a thread sleeps before it looks again, in milliseconds: only for the case that a call to wake it was lost. */
const lookMs = 20

/**
 * Threads that write to one file take turns. The kernel lets one of them in at a time anyway, and the others burn
 * their processors while they wait for it; here they sleep.
 */
export class Turns {
  /** To be handed to the threads. */
  readonly memory: SharedArrayBuffer
  /** At each place the thread that writes, 0 for nobody. */
  readonly #places: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#places = new Int32Array(memory)
  }

  /** Waits for the turn of `thread` (not 0) at the file `fd`, which ends with the disposal. Blocks: only for threads of their own. */
  take(fd: number, thread: number): Disposable {
    const place = fd % places
    for (;;) {
      const writes = Atomics.compareExchange(this.#places, place, 0, thread)
      if (writes === 0) break
      Atomics.wait(this.#places, place, writes, lookMs)
    }
    return { [Symbol.dispose]: () => this.#end(place, thread) }
  }

  /** Ends the turn of a thread that died in the middle of one. */
  release(thread: number): void {
    for (let place = 0; place < places; place++) this.#end(place, thread)
  }

  #end(place: number, thread: number): void {
    if (Atomics.compareExchange(this.#places, place, thread, 0) === thread) Atomics.notify(this.#places, place, 1)
  }
}
