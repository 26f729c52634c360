import { concat, equal, utf8 } from '@kith/wire/bytes.ts'
import { hash } from '@kith/wire/hash/sha.ts'

/** How long two people may take to compare six digits. */
export const PAIRING_MS: number = 2 * 60_000
export const NONCE_BYTES = 32

/**
 * Pairing, so that two people see that nobody sits between their devices: both show the same six digits, which come from
 * both certificates and a secret number of either side. Whoever began has to commit to his number before he sees the
 * other's, so that nobody can try numbers until the digits fit: an impostor has one chance in a million, and is seen.
 *
 * ```
 *   who began                     who was asked
 *     asking  ──── commit ────►
 *             ◄──── number ────   answered
 *     shown   ──── number ────►   shown            both show the digits
 *             ──── yes / ◄── yes                   paired when both have said it
 * ```
 */
export type Pairing = {
  /** Milliseconds since the epoch. */
  readonly until: number
  /** Said here; whether it is to last beyond this run. */
  readonly ours: { readonly lasting: boolean } | undefined
  /** Said there. */
  readonly theirs: boolean
} & (
  | { readonly kind: 'asking'; readonly number: Uint8Array }
  | { readonly kind: 'answered'; readonly number: Uint8Array; readonly commitment: Uint8Array }
  | { readonly kind: 'shown'; readonly digits: string }
)

export function commitmentTo(number: Uint8Array): Uint8Array {
  return hash('sha256', concat([utf8('kith pairing'), number]))
}

export function asking(number: Uint8Array, now: number): Pairing & { readonly kind: 'asking' } {
  return { kind: 'asking', number, until: now + PAIRING_MS, ours: undefined, theirs: false }
}

export function answered(number: Uint8Array, commitment: Uint8Array, now: number): Pairing & { kind: 'answered' } {
  return { kind: 'answered', number, commitment, until: now + PAIRING_MS, ours: undefined, theirs: false }
}

/** Who was asked has given his number: the one who began can show the digits. */
export function shownByAsker(
  pairing: Pairing & { readonly kind: 'asking' },
  asker: Uint8Array,
  other: Uint8Array,
  theirNumber: Uint8Array,
): Pairing & { readonly kind: 'shown' } {
  const { until, ours, theirs } = pairing
  return { kind: 'shown', until, ours, theirs, digits: digitsOf(asker, other, pairing.number, theirNumber) }
}

/** The other side of it; undefined when the number is not the one that was committed to. */
export function shownByAsked(
  pairing: Pairing & { readonly kind: 'answered' },
  asker: Uint8Array,
  asked: Uint8Array,
  theirNumber: Uint8Array,
): (Pairing & { readonly kind: 'shown' }) | undefined {
  if (!equal(commitmentTo(theirNumber), pairing.commitment)) return undefined
  const { until, ours, theirs } = pairing
  return { kind: 'shown', until, ours, theirs, digits: digitsOf(asker, asked, theirNumber, pairing.number) }
}

function digitsOf(asker: Uint8Array, asked: Uint8Array, first: Uint8Array, second: Uint8Array): string {
  const mixed = hash('sha256', concat([utf8('kith digits'), asker, asked, first, second]))
  // 48 bits: the rest of the division is as good as even.
  const number = mixed.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0)
  return String(number % 1_000_000).padStart(6, '0')
}
