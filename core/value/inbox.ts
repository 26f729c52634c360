/** Values that come when they come, to be iterated until the signal aborts. */
export interface Inbox<T> extends AsyncIterable<T> {
  /** False when it is full: the value is dropped. */
  push(value: T): boolean
  /** Ends the iteration after what is in it. */
  end(): void
}

/** Holds at most `most` values that nobody has taken yet. */
export function inbox<T>(signal: AbortSignal, most = 10_000): Inbox<T> {
  const held: T[] = []
  let wake = (): void => {}
  let ended = false
  return {
    push(value) {
      if (held.length >= most) return false
      held.push(value)
      wake()
      return true
    },
    end() {
      ended = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      const abort = (): void => wake()
      signal.addEventListener('abort', abort)
      try {
        while (!signal.aborted) {
          const next = held.shift()
          if (next !== undefined) yield next
          else if (ended) return
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  }
}
