import { digest, type Digest } from '@kith/core/content/digest.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { decodeHint } from '../wire/hint.ts'
import type { Held } from '../data/give.ts'

/**
 * Answers paired devices that name a content: who knows the digest of a manifest was told it by somebody who may give it.
 * Undefined for questions about something else.
 */
export function answerContent(
  running: ReadonlyMap<Digest, Subject>,
  { method, target }: PeerQuestion,
): OurAnswer | undefined {
  const [, what, hex = ''] = /^\/(manifest|have)\/([0-9a-f]{64})$/.exec(target) ?? []
  if (what === undefined) return undefined
  const subject = running.get(digest(`kith:${hex}`))
  const layout = subject?.layout.current
  if (method !== 'GET') return { status: 405 }
  if (subject === undefined || layout === undefined) return { status: 404 }
  if (what === 'have') return { status: subject.had(0, layout.size) ? 200 : 404 }
  const hint = subject.hint('neighbours')
  const manifest = hint === undefined ? undefined : decodeHint(hint).manifest
  return manifest === undefined ? { status: 404 } : { status: 200, body: manifest, budget: subject.budget }
}

/** A content that a transfer of ours has whole. */
export function heldBy(running: ReadonlyMap<Digest, Subject>, id: Digest): Held | undefined {
  const subject = running.get(id)
  const size = subject?.layout.current?.size
  if (subject === undefined || size === undefined || !subject.had(0, size)) return undefined
  return {
    size,
    budget: subject.budget,
    // A recheck may have taken some of it back.
    stretches: (ranges) =>
      ranges.every(({ start, end }) => subject.had(start, end))
        ? ranges.map(({ start, end }) => ({
            length: end - start,
            read: (at, into) => subject.read(start + at, [into]),
            place: () => subject.place(start, end),
          }))
        : undefined,
    gave: (bytes) => subject.gave(bytes),
  }
}
