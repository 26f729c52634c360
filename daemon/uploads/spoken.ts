import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'

/** Between two parts of a body. */
const silentMs = 60_000

/** The parts of a body, until whoever sends it is silent or gone, or it is not wanted any more. */
export async function* spoken(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  const stop = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await next(reader, clock)
      signal.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await reader.cancel().catch(() => {})
  }
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let isLate = false
  using _late = clock.after(silentMs, () => {
    isLate = true
    void reader.cancel().catch(() => {})
  })
  try {
    const read = await reader.read()
    if (isLate) throw new Error('late')
    return read
  } catch (cause) {
    throw fail('gone', 'upload/broken', isLate ? 'Nothing more came' : 'The connection broke', { cause })
  }
}
