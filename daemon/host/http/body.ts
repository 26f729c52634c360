import type { IncomingMessage } from 'node:http'
import { fail } from '@kith/core/fault/fault.ts'
import { turn, type Budget } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { systemCode } from '../net/faults.ts'
import { httpFailure } from './faults.ts'

export interface BodyOptions {
  readonly clock: Clock
  readonly budget: Budget
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly doing: string
}

/**
 * The body of a request that somebody sent to us, once. Whoever leaves early leaves the connection alone, for an answer
 * has to go out by it.
 */
export async function* bodyOfQuestion(
  message: IncomingMessage,
  options: Omit<BodyOptions, 'signal'>,
): AsyncGenerator<Uint8Array, void> {
  const late = fail('gone', 'http/timeout', 'The other side did not go on in time', { doing: options.doing })
  yield* chunksOf(message, { ...options, signal: undefined }, late)
}

/**
 * The body of an answer, once. A part is read from the socket when it is asked for and the budget lets it through.
 * The time limit runs while a part is waited for, and before the first is asked for: an answer that nobody reads
 * gives its connection back.
 */
export function bodyOf(message: IncomingMessage, options: BodyOptions): AsyncIterable<Uint8Array> {
  const { clock, timeoutMs, signal, doing } = options
  const late = fail('gone', 'http/timeout', 'The other side did not go on in time', { doing })
  const abort = (): void => void message.destroy(signal?.reason as Error)
  const unread = clock.after(timeoutMs, () => message.destroy(late))
  // The failure is told to whoever reads; a body that nobody reads fails in silence.
  message.on('error', () => {})
  message.once('close', () => {
    unread[Symbol.dispose]()
    signal?.removeEventListener('abort', abort)
  })
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  return {
    [Symbol.asyncIterator]: () => {
      unread[Symbol.dispose]()
      return parts(message, options, late)
    },
  }
}

async function* parts(message: IncomingMessage, options: BodyOptions, late: Error): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunksOf(message, options, late)
  } finally {
    message.destroy()
  }
}

async function* chunksOf(
  message: IncomingMessage,
  { clock, budget, timeoutMs, signal, doing }: BodyOptions,
  late: Error,
): AsyncGenerator<Uint8Array, void> {
  const chunks: AsyncIterator<Uint8Array> = message.iterator({ destroyOnReturn: false })
  for (;;) {
    const timer = clock.after(timeoutMs, () => message.destroy(late))
    let next: IteratorResult<Uint8Array>
    try {
      next = await chunks.next()
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw systemCode(error) === 'ECONNRESET'
        ? fail('gone', 'http/cut-short', 'The connection ended in the middle of the body', { doing, cause: error })
        : httpFailure(error, doing)
    } finally {
      timer[Symbol.dispose]()
    }
    if (next.done) return
    const { value } = next
    budget.spend('down', value.length, clock.now())
    yield new Uint8Array(value.buffer, value.byteOffset, value.length)
    await turn(budget, 'down', value.length, signal)
  }
}
