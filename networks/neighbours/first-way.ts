import { fail, FaultError, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'

/**
 * Tries several ways, each a little after the one before or as soon as that has failed, and gives the first that leads there
 * (the manner of RFC 8305). What comes too late is let go of.
 * @throws FaultError of the last that failed, or the signal's reason
 */
export async function firstWay<T extends Disposable>(
  clock: Clock,
  ways: readonly { readonly afterMs: number; go(signal: AbortSignal): Promise<T> }[],
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  let reason: unknown = fail('gone', 'neighbours/away', 'Nothing is known of where that device is')
  return new Promise<T>((resolve, reject) => {
    let next = 0
    let running = 0
    let timer: Disposable | undefined
    let settled = false

    function end(how: () => void): void {
      if (settled) return
      settled = true
      timer?.[Symbol.dispose]()
      signal.removeEventListener('abort', aborted)
      over.abort(fail('gone', 'neighbours/abandoned', 'Another way was quicker'))
      how()
    }
    const aborted = (): void => end(() => reject(signal.reason as Error))
    signal.addEventListener('abort', aborted, { once: true })

    function start(): void {
      timer?.[Symbol.dispose]()
      timer = undefined
      if (settled) return
      const way = ways[next++]
      if (way === undefined) {
        if (running === 0) end(() => reject(reason instanceof FaultError ? reason : new FaultError(faultOf(reason))))
        return
      }
      running++
      way.go(either).then(
        (found) => {
          if (settled) found[Symbol.dispose]()
          else end(() => resolve(found))
        },
        (error: unknown) => {
          running--
          reason = error
          start()
        },
      )
      const after = ways[next]
      if (after !== undefined) timer = clock.after(after.afterMs, start)
    }
    start()
  })
}
