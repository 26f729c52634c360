import type { KeyKind } from '@kith/core/network/tls.ts'
import {
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
  yes,
} from './der.ts'

export interface SelfSigned {
  /** Both subject and issuer. */
  readonly commonName: string
  /** At most 20 bytes, unsigned, not all 0 (RFC 5280 4.1.2.2). */
  readonly serial: Uint8Array
  /** `YYYYMMDDHHMMSSZ`, in UTC. */
  readonly notBefore: string
  readonly notAfter: string
  readonly kind: KeyKind
  /** A key of that kind as SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  /** For P-256 ECDSA with SHA-256, the signature in DER; for Ed25519 the 64 bytes of RFC 8032. */
  sign(bytes: Uint8Array): Uint8Array
}

/** How a key of either kind signs: RFC 5758 3.2, RFC 8410 3. Neither has parameters. */
const signatures: Readonly<Record<KeyKind, Uint8Array>> = {
  'P-256': sequence(objectIdentifier('1.2.840.10045.4.3.2')),
  Ed25519: sequence(objectIdentifier('1.3.101.112')),
}
const serverAuth = objectIdentifier('1.3.6.1.5.5.7.3.1')
const clientAuth = objectIdentifier('1.3.6.1.5.5.7.3.2')

/**
 * A certificate (X.509 version 3, RFC 5280) that its own key has signed, in DER: for either side of a conversation and
 * nothing else, in particular not to sign others.
 */
export function selfSigned(of: SelfSigned): Uint8Array<ArrayBuffer> {
  const signature = signatures[of.kind]
  const name = sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(of.commonName))))
  const extensions = sequence(
    // basicConstraints: no authority.
    sequence(objectIdentifier('2.5.29.19'), yes, octetString(sequence())),
    sequence(objectIdentifier('2.5.29.37'), octetString(sequence(serverAuth, clientAuth))),
  )
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(of.serial),
    signature,
    name,
    sequence(time(of.notBefore), time(of.notAfter)),
    name,
    of.publicKey,
    tagged(3, extensions),
  )
  return sequence(body, signature, bitString(of.sign(body)))
}
