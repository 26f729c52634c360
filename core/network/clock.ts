/** Time as an argument, so that whole daemons run in virtual time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once; dispose to cancel. */
  after(ms: number, callback: () => void): Disposable
}

/** Chance as an argument, so that the same seed gives the same run. */
export interface Random {
  /** In [0, 1). */
  number(): number
  bytes(length: number): Uint8Array<ArrayBuffer>
}

/** An integer in [0, below). */
export function pick(random: Random, below: number): number {
  return Math.floor(random.number() * below)
}

/** Waits `ms`; rejects with the signal's reason when it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const abort = (): void => {
      timer[Symbol.dispose]()
      reject(signal?.reason as Error)
    }
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Calls back every `ms` until disposed. */
export function every(clock: Clock, ms: number, callback: () => void): Disposable {
  let timer = clock.after(ms, tick)
  function tick(): void {
    timer = clock.after(ms, tick)
    callback()
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}
