import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'

/** Between two parts of a body. */
const silentMs = 60_000

/** The parts of a body, until whoever sends it is silent or gone, or it is not wanted any more. */
export async function* spoken(
  body: AsyncIterable<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const parts = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await next(parts, clock, signal)
      signal.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    // Not waited for: a body that is silent may take its time to hear of it.
    void parts.return?.().catch(() => {})
  }
}

function next(
  parts: AsyncIterator<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    const late = clock.after(silentMs, () => reject(fail('gone', 'upload/broken', 'Nothing more came')))
    signal.addEventListener('abort', stop)
    parts
      .next()
      .then(resolve, (cause: unknown) => reject(fail('gone', 'upload/broken', 'The connection broke', { cause })))
      .finally(() => {
        late[Symbol.dispose]()
        signal.removeEventListener('abort', stop)
      })
  })
}
