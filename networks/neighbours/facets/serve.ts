import { digest, type Digest } from '@kith/core/content/digest.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { decodeHint } from '../wire/hint.ts'
import { parseRanges } from '../wire/ranges.ts'

/** What one read of the disk brings: large reads are cheap, and this much memory is held for each question. */
export const READ_BYTES: number = 512 * 1024
/** A question for more than this is not one of ours. */
export const MOST_ASKED_BYTES: number = 64 * 1024 * 1024

/**
 * Answers paired devices that name a content: who knows the digest of a manifest was told it by somebody who may give it.
 * Undefined for questions about something else.
 */
export function answerContent(
  running: ReadonlyMap<Digest, Subject>,
  { method, target, signal }: PeerQuestion,
): OurAnswer | undefined {
  const [, what, hex = '', query = ''] = /^\/(manifest|have|bytes)\/([0-9a-f]{64})(?:\?(.*))?$/.exec(target) ?? []
  if (what === undefined) return undefined
  const subject = running.get(digest(`kith:${hex}`))
  const layout = subject?.layout.current
  if (method !== 'GET') return { status: 405 }
  if (subject === undefined || layout === undefined) return { status: 404 }
  switch (what) {
    case 'manifest': {
      const hint = subject.hint('neighbours')
      const manifest = hint === undefined ? undefined : decodeHint(hint).manifest
      return manifest === undefined ? { status: 404 } : { status: 200, body: manifest, budget: subject.budget }
    }
    case 'have':
      return { status: subject.had(0, layout.size) ? 200 : 404 }
    default: {
      const ranges = parseRanges(query, layout.size, MOST_ASKED_BYTES)
      if (!ranges.every(({ start, end }) => subject.had(start, end))) return { status: 404 }
      return { status: 200, body: bytesOf(subject, ranges, signal), budget: subject.budget }
    }
  }
}

async function* bytesOf(
  subject: Subject,
  ranges: Iterable<{ readonly start: number; readonly end: number }>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // New memory for each read would cost more than the read.
  let memory = new Uint8Array()
  for (const { start, end } of ranges) {
    for (let at = start; at < end; at += READ_BYTES) {
      signal.throwIfAborted()
      const length = Math.min(READ_BYTES, end - at)
      if (memory.length < length) memory = new Uint8Array(length)
      const bytes = memory.subarray(0, length)
      await subject.read(at, [bytes])
      yield bytes
      subject.gave(bytes.length)
    }
  }
}
