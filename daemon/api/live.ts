import type { LiveEvent, View, Views } from '@kith/api/live.ts'
import { diffPatch } from '@kith/api/live.ts'
import { faultOf } from '@kith/core/fault/fault.ts'

/** Samples are taken this often while somebody listens, in milliseconds. */
const sampleMs = 1_000
/** A comment keeps the stream alive through proxies when nothing changes, in milliseconds. */
const keepAliveMs = 15_000

/** Takes one sample of a view. @throws FaultError when what it asks for is not there */
export type Sample = (view: View) => Promise<unknown>

export interface LiveWorld {
  readonly sample: Sample
  /** Puts on the disk what is to be kept: what is shown is not lost when the daemon is killed. */
  record(): void
}

/**
 * A stream of what a screen shows: everything at first, then merge patches, at most once a second, and nothing while
 * nothing changes. A reader that is slow gets fewer samples, never a queue of them.
 */
export function liveStream(
  views: Views,
  { sample, record }: LiveWorld,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const shown = new Map<string, { value: unknown } | { gone: string }>()
  const encoder = new TextEncoder()
  const left = new AbortController()
  const over = AbortSignal.any([signal, left.signal])
  let lastSent = 0
  let lastSample = 0

  async function changes(): Promise<LiveEvent[]> {
    const events: LiveEvent[] = []
    for (const [key, view] of Object.entries(views)) {
      const before = shown.get(key)
      try {
        const value = plain(await sample(view))
        if (before === undefined || 'gone' in before) events.push({ key, full: value })
        else {
          const patch = diffPatch(before.value, value)
          if (patch !== undefined) events.push({ key, patch })
        }
        shown.set(key, { value })
      } catch (error) {
        const gone = faultOf(error).message
        if (before !== undefined && 'gone' in before && before.gone === gone) continue
        events.push({ key, gone })
        shown.set(key, { gone })
      }
    }
    return events
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Called only when the reader has taken what was there.
        for (;;) {
          await rest(lastSample + sampleMs - performance.now(), over)
          if (left.signal.aborted) return
          if (signal.aborted) return controller.close()
          lastSample = performance.now()
          const events = await changes()
          if (events.length > 0) {
            record()
            lastSent = performance.now()
            const text = events.map((event) => `event: live\ndata: ${JSON.stringify(event)}\n\n`).join('')
            return controller.enqueue(encoder.encode(text))
          }
          if (performance.now() - lastSent > keepAliveMs) {
            lastSent = performance.now()
            return controller.enqueue(encoder.encode(': still here\n\n'))
          }
        }
      },
      cancel() {
        left.abort()
      },
    },
    { highWaterMark: 1 },
  )
}

/** As it will be after JSON: without `undefined` members. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** Waits, but not beyond the end of the reader. */
export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ms <= 0 || signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
