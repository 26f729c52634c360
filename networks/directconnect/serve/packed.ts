import { Deflater, shrinks } from '@kith/wire/deflate.ts'
import type { Conversation } from '../peers/conversation.ts'
import type { Ask } from '../wire/ask.ts'
import type { Body } from './bodies.ts'

/** What is looked at to tell whether the rest gets shorter. */
const sampleBytes = 16 * 1024
/** Of less than this nothing is saved. */
const fewestBytes = 256
const partBytes = 256 * 1024

/** Whether a part of a body gets shorter when it is packed, as far as its beginning tells. */
export async function isWorthPacking(body: Body, start: number, bytes: number): Promise<boolean> {
  if (bytes < fewestBytes) return false
  const sample = new Uint8Array(Math.min(bytes, sampleBytes))
  await body.read(start, sample)
  return shrinks(sample)
}

/** Gives a part of a body as one zlib stream (ADC-EXT ZLIG); one piece is packed while the one before is on its way. */
export async function sendPacked(conversation: Conversation, ask: Ask, body: Body, bytes: number): Promise<void> {
  if (conversation.ended) return
  conversation.give(ask, bytes, true)
  using deflater = new Deflater()
  let onItsWay: Promise<void> = Promise.resolve()
  const send = async (pieces: readonly Uint8Array[]): Promise<void> => {
    for (const piece of pieces) {
      await onItsWay
      if (conversation.ended) return
      onItsWay = new Promise((resolve) => conversation.connection.send(piece, resolve))
    }
  }
  const buffer = new Uint8Array(Math.min(partBytes, bytes))
  for (let at = 0; at < bytes && !conversation.ended;) {
    const part = buffer.subarray(0, Math.min(buffer.length, bytes - at))
    await body.read(ask.start + at, part)
    at += part.length
    await send(await deflater.push(part))
    body.gave?.(part.length)
  }
  await send(await deflater.end())
  await onItsWay
}
