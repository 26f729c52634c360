/**
 * What the keys are by which others know us. `P-256` is accepted everywhere: by browsers, by phones, by older clients;
 * `Ed25519` (RFC 8410) by whoever speaks TLS 1.3 with a library of today, which is enough between devices that are Kith.
 */
export type KeyKind = 'P-256' | 'Ed25519'

/** Versions that are spoken, oldest first; the older ones are broken (RFC 8996). */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/**
 * Whom we believe to be the other side. Peers sign their certificates themselves, so most are known by a fingerprint,
 * the SHA-256 of the whole certificate: Direct Connect's keyprints are this in base32.
 *
 * - `anyone`: the line is secret, but who is at its end is not known
 * - `pinned`: one of these fingerprints
 * - `authorities`: signed by an authority that this machine trusts, for the name that was dialled
 */
export type Trust =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'pinned'; readonly fingerprints: readonly Uint8Array[] }
  | { readonly kind: 'authorities' }

export interface TlsConnect {
  readonly trust: Trust
  /** The host's name: sent to servers of many names (RFC 6066), and what `authorities` have to vouch for. */
  readonly name?: string
  /** Protocols that we could speak inside (RFC 7301), best first. */
  readonly alpn?: readonly string[]
  /** The default is TLS 1.2. */
  readonly minimum?: TlsVersion
  /** Waits for the other side's greeting: where two dial each other at the same time, only one of them may greet. */
  readonly greeted?: boolean
}

export interface TlsListen {
  /** Whether conversations outside TLS are welcome too. */
  readonly plain: boolean
  /**
   * Protocols spoken inside. Who offers one of them comes here; who offers none, or others only, goes to a network that
   * names none.
   */
  readonly alpn?: readonly string[]
  /** Whether the other side has to show a certificate as well. Any is accepted: its fingerprint says whose it is. */
  readonly client: 'ignored' | 'asked' | 'required'
  readonly minimum?: TlsVersion
}

/** What both sides settled on. */
export interface Secured {
  readonly version: TlsVersion
  readonly alpn?: string
  /** SHA-256 of the other side's certificate, where it has shown one. */
  readonly fingerprint?: Uint8Array
}
