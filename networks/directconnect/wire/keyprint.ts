import { base32, fromBase32 } from '@kith/wire/bytes.ts'

/** `SHA256/` and the digest of a certificate in base32 (ADC-EXT KEYP); undefined for another kind. */
export function parseKeyprint(text: string): Uint8Array<ArrayBuffer> | undefined {
  const match = /^SHA256\/([A-Z2-7]{52})=*$/i.exec(text)
  if (match === null) return undefined
  const bytes = fromBase32(match[1]!)
  return bytes?.length === 32 ? bytes : undefined
}

export function formatKeyprint(fingerprint: Uint8Array): string {
  return `SHA256/${base32(fingerprint)}`
}
