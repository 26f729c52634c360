/** A current value that can be watched. */
export interface Value<T> {
  readonly current: T
  /** Calls `listener` at each change, not with the value of now. Dispose to stop. */
  watch(listener: (value: T) => void): Disposable
}

export interface WritableValue<T> extends Value<T> {
  set(value: T): void
}

/** A value starts at `initial`; setting the same value again (by `Object.is`) tells nobody. */
export function value<T>(initial: T): WritableValue<T> {
  const listeners = new Set<(value: T) => void>()
  let current = initial
  return {
    get current() {
      return current
    },
    set(next) {
      if (Object.is(current, next)) return
      current = next
      for (const listener of listeners) listener(next)
    },
    watch(listener) {
      const own = (next: T): void => listener(next)
      listeners.add(own)
      return { [Symbol.dispose]: () => void listeners.delete(own) }
    },
  }
}

/** Resolves with the first value, from now on, that passes the test; rejects when the signal aborts. */
export function until<T>(of: Value<T>, test: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    if (test(of.current)) return resolve(of.current)
    const abort = (): void => {
      watching[Symbol.dispose]()
      reject(signal?.reason as Error)
    }
    const watching = of.watch((next) => {
      if (!test(next)) return
      watching[Symbol.dispose]()
      signal?.removeEventListener('abort', abort)
      resolve(next)
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}
