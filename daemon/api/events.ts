import type { Journal, JournalEntry } from '@kith/core/journal/journal.ts'
import { rest } from './live.ts'

const keepAliveMs = 15_000
/** Entries in one write. */
const batch = 500

export interface EventsWorld {
  readonly journal: Journal
  /** Puts on the disk what is to be kept: what is told here is not lost when the daemon is killed. */
  record(): void
}

/** The journal from `after` on, or from now on: `gap` first when entries were missed for good. */
export function eventsStream(
  { journal, record }: EventsWorld,
  after: number | undefined,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let last = after ?? journal.last
  let wake = (): void => {}
  const watching = journal.watch(() => wake())
  const left = new AbortController()
  const over = AbortSignal.any([signal, left.signal])
  const end = (): void => {
    watching[Symbol.dispose]()
    wake()
  }
  if (over.aborted) end()
  else over.addEventListener('abort', end, { once: true })

  function text(entries: readonly JournalEntry[], gap: boolean): string {
    const events = entries.map((entry) => `id: ${entry.seq}\nevent: entry\ndata: ${JSON.stringify(entry)}\n\n`)
    return `${gap ? 'event: gap\ndata: {}\n\n' : ''}${events.join('')}`
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (!over.aborted) {
        const { entries, gap } = journal.since(last)
        const some = entries.slice(0, batch)
        if (some.length > 0 || gap) {
          last = some.at(-1)?.seq ?? journal.last
          record()
          return controller.enqueue(encoder.encode(text(some, gap)))
        }
        const quiet = new AbortController()
        wake = () => quiet.abort()
        await rest(keepAliveMs, quiet.signal)
        if (!quiet.signal.aborted) return controller.enqueue(encoder.encode(': still here\n\n'))
      }
      if (!left.signal.aborted) controller.close()
    },
    cancel() {
      left.abort()
    },
  })
}
