/**
 * Many may be inside at once; who works alone waits until all are outside and keeps others out meanwhile. Entering
 * an open fence costs no promise, because it happens for every block that is read or written.
 */
export class Fence {
  #inside = 0
  #waiting = 0
  #left: (() => void) | undefined
  #alone: Promise<unknown> = Promise.resolve()

  /** Undefined when you are in; else wait and enter again. */
  enter(): Promise<unknown> | undefined {
    if (this.#waiting > 0) return this.#alone
    this.#inside++
    return undefined
  }

  leave(): void {
    this.#inside--
    if (this.#inside === 0) this.#left?.()
  }

  /** Runs the work while nobody is inside; one such work after another. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++
    const before = this.#alone
    const turn = (async () => {
      await before
      if (this.#inside > 0) {
        await new Promise<void>((left) => {
          this.#left = left
        })
        this.#left = undefined
      }
      try {
        return await work()
      } finally {
        this.#waiting--
      }
    })()
    this.#alone = turn.catch(() => undefined)
    return turn
  }
}
