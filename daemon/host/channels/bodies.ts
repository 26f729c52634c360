import { constants, type ClientHttp2Stream, type ServerHttp2Stream } from 'node:http2'
import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { turn } from '@kith/core/limits/budget.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { concat } from '@kith/wire/bytes.ts'
import type { Parts } from './parts.ts'

/** What the bytes of a body are counted on, and who may call it off. */
export interface Tally {
  readonly budget: Budget
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

export function ended(cause?: unknown, doing?: string): Error {
  return fail('gone', 'channel/ended', 'The other device ended the conversation', {
    ...(doing === undefined ? {} : { doing }),
    ...(cause === undefined ? {} : { cause }),
  })
}

// Sending

/** Sends a body as it is made, at the pace of budget and `write`; false when that one says that nobody wants more. */
async function send(
  body: AsyncIterable<Uint8Array>,
  { budget, clock, signal }: Tally,
  write: (bytes: Uint8Array) => Promise<boolean> | boolean,
): Promise<boolean> {
  for await (const part of body) {
    for (let at = 0; at < part.length;) {
      const most = await turn(budget, 'up', part.length - at, signal)
      const some = at === 0 && most >= part.length ? part : part.subarray(at, at + most)
      at += some.length
      budget.spend('up', some.length, clock.now())
      if (!(await write(some))) return false
    }
  }
  return true
}

/** Sends the body of a question until it ends or nobody wants it any more. */
export async function ask(stream: ClientHttp2Stream, body: AsyncIterable<Uint8Array>, tally: Tally): Promise<void> {
  const whole = await send(body, tally, (bytes) => {
    if (!stream.writable) return false
    return stream.write(bytes) ? stream.writable : drainedOrClosed(stream)
  })
  if (whole) stream.end()
}

/** Sends the body of an answer. */
export async function give(
  stream: ServerHttp2Stream,
  body: AsyncIterable<Uint8Array>,
  tally: Tally & { readonly signal: AbortSignal },
): Promise<void> {
  await send(body, tally, (bytes) => written(stream, bytes, tally.signal))
  stream.end()
}

/** Whether more is wanted. */
function drainedOrClosed(stream: ClientHttp2Stream): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve(stream.writable)
    }
    stream.once('drain', done).once('close', done)
    if (stream.destroyed) done()
  })
}

/** Resolves when the bytes have gone: their memory may be used again. */
function written(stream: ServerHttp2Stream, bytes: Uint8Array, signal: AbortSignal): Promise<true> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    stream.write(bytes, (error) => {
      signal.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve(true)
    })
  })
}

// Receiving

/** The body of an answer. What is not read waits with the other side; leaving early ends the answer. */
export async function* readAnswer(parts: Parts, tally: Tally, doing: string): AsyncGenerator<Uint8Array> {
  const { budget, clock, signal } = tally
  try {
    for (let part = await parts.next(); part !== undefined; part = await parts.next()) {
      budget.spend('down', part.length, clock.now())
      yield part
      if (!budget.unlimited('down')) await turn(budget, 'down', part.length, signal)
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : ended(error, doing)
  } finally {
    parts.leave()
  }
}

/** The body of a question as it comes. What is not read waits with the other side, within the window of the stream. */
export async function* readQuestion(stream: ServerHttp2Stream, tally: Tally): AsyncGenerator<Uint8Array> {
  const { budget, clock, signal } = tally
  try {
    for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      budget.spend('down', part.length, clock.now())
      yield new Uint8Array(part.buffer, part.byteOffset, part.length)
      if (!budget.unlimited('down')) await turn(budget, 'down', part.length, signal)
    }
  } catch (error) {
    throw ended(error)
  }
  // A stream that was cut off also looks as if it had come to its end.
  if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw ended()
}

/** The whole body of a question, `limit` bytes at most. */
export async function readWhole(
  stream: ServerHttp2Stream,
  { budget, clock }: Tally,
  limit: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    budget.spend('down', part.length, clock.now())
    length += part.length
    if (length > limit) throw fail('peer', 'channel/too-long', 'A device sent more than makes sense')
    parts.push(part)
  }
  return concat(parts)
}
