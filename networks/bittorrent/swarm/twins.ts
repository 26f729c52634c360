import { compare, equal } from '@kith/wire/bytes.ts'
import type { Session } from './session.ts'

/**
 * Which of two connections with the same peer stays. Where both sides have dialled, each keeps the one that the peer with the
 * smaller id has opened. Where one side has opened both, the newer one stays if it comes from the same address, for the
 * older one is broken then; from another address anybody can come with an id that is not his. Undefined when there is one
 * connection only.
 */
export function twins(
  session: Session,
  sessions: Iterable<Session>,
  ownId: Uint8Array,
): { readonly kept: Session; readonly loser: Session } | undefined {
  const peerId = session.talk.remoteId!
  for (const twin of sessions) {
    if (twin === session || twin.talk.stage !== 'open' || !equal(twin.talk.remoteId!, peerId)) continue
    const { incoming, remote } = session.connection
    const oursIsSmaller = compare(ownId, peerId) < 0
    const olderStays =
      incoming === twin.connection.incoming ? remote.host !== twin.connection.remote.host : incoming === oursIsSmaller
    return olderStays ? { kept: twin, loser: session } : { kept: session, loser: twin }
  }
  return undefined
}
