import { base32, fromBase32 } from '@kith/wire/bytes.ts'

/** Bytes of a private and of a public client identity, which is the Tiger digest of the private one. */
export const identityBytes = 24

/** 24 bytes in 39 digits, as identities and Tiger trees are written; undefined for anything else. */
export function fromTiger(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== 39) return undefined
  const bytes = fromBase32(text.toUpperCase())
  return bytes?.length === identityBytes ? bytes : undefined
}

export const tigerText: (bytes: Uint8Array) => string = base32
