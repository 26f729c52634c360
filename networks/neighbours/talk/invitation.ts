import { concat, utf8 } from '@kith/wire/bytes.ts'
import { sameSecret } from '@kith/wire/hash/same-secret.ts'
import { hash } from '@kith/wire/hash/sha.ts'

/** Invitations that may be open at once; each is tried against every knock. */
export const MOST_INVITATIONS = 16

/**
 * Invitation: pairing without digits, because a link has carried what digits would have to prove. Who was invited knows whom
 * to expect by the fingerprint in the link; who invites knows that the secret came through. The secret itself is never sent:
 * what is, is bound to both certificates, so that nobody else can use what he has overheard, or heard as a guest elsewhere.
 *
 * ```
 *   who invites                              who was invited
 *     open   ════ the link, by any way ════►
 *            ◄──── proof of the secret ─────   inside TLS, pinned to the fingerprint in the link
 *     used   ───── yes ────────────────────►   both are paired
 *      │
 *      └─ late, or taken back: gone            a used one is kept to its end: a yes that was lost is said again
 * ```
 */
export interface Opened {
  readonly id: string
  readonly secret: Uint8Array
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly lasting: boolean
  /** Places that were added by hand, as text. */
  readonly places: readonly string[]
  /** The device that used it. */
  readonly usedBy: string | undefined
}

/** What a guest shows instead of the secret. */
export function proofOf(secret: Uint8Array, host: Uint8Array, guest: Uint8Array): Uint8Array {
  return hash('sha256', concat([utf8('kith invitation'), secret, host, guest]))
}

export function stillOpen(all: readonly Opened[], now: number): readonly Opened[] {
  return all.filter(({ until }) => until > now)
}

/**
 * Somebody knocks with a proof. What he is let in by is used from then on, by him alone; undefined for whoever is not
 * invited, or no more.
 */
export function knocked(
  all: readonly Opened[],
  knock: { readonly proof: Uint8Array; readonly host: Uint8Array; readonly guest: Uint8Array },
  now: number,
): { readonly all: readonly Opened[]; readonly by: Opened; readonly again: boolean } | undefined {
  const { proof, host, guest } = knock
  const open = stillOpen(all, now)
  const by = open.find(({ secret }) => sameSecret(proofOf(secret, host, guest), proof))
  const name = guest.toHex()
  if (by === undefined || (by.usedBy !== undefined && by.usedBy !== name)) return undefined
  const used = { ...by, usedBy: name }
  return { all: open.map((one) => (one === by ? used : one)), by: used, again: by.usedBy !== undefined }
}
