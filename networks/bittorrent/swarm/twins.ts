import { compare, equal } from '@kith/wire/bytes.ts'
import type { Session } from './session.ts'

/**
 * Which of two connections with the same peer stays, where both sides have dialled: each keeps the one that the peer with
 * the smaller id has opened. Undefined when there is one connection only.
 */
export function twins(
  session: Session,
  sessions: Iterable<Session>,
  ownId: Uint8Array,
): { readonly kept: Session; readonly loser: Session } | undefined {
  const peerId = session.talk.remoteId!
  for (const twin of sessions) {
    if (twin === session || twin.talk.stage !== 'open' || !equal(twin.talk.remoteId!, peerId)) continue
    const oursIsSmaller = compare(ownId, peerId) < 0
    return session.connection.incoming === oursIsSmaller
      ? { kept: twin, loser: session }
      : { kept: session, loser: twin }
  }
  return undefined
}
