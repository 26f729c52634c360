import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { KeyKind, TlsVersion } from '@kith/core/network/tls.ts'
import { selfSigned } from '@kith/wire/x509/self-signed.ts'
import type { SecretStore } from '../database/secrets.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** RFC 5280 4.1.2.5: a certificate without an end. Whoever pins it wants to go on knowing us. */
const NO_END = '99991231235959Z'

/** Who we are on one network: a key and the certificate that it signed for itself. */
export interface Identity {
  /** PKCS #8 in DER. */
  readonly key: Uint8Array
  /** X.509 in DER. */
  readonly certificate: Uint8Array
}

export function makeIdentity(clock: Clock, random: Random, kind: KeyKind = 'P-256'): Identity {
  const { privateKey, publicKey } =
    kind === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = random.bytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'der' }),
    certificate: selfSigned({
      commonName: 'Kith',
      serial,
      // A day ago: the other side's clock may be behind.
      notBefore: `${new Date(clock.now() - DAY_MS).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`,
      notAfter: NO_END,
      kind,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      // Ed25519 has its digest within.
      sign: (bytes) => sign(kind === 'Ed25519' ? null : 'sha256', bytes, privateKey),
    }),
  }
}

/** An identity ready for use. */
export interface OwnIdentity {
  readonly kind: KeyKind
  readonly fingerprint: Uint8Array
  /** For servers of Node that make a context of their own. */
  readonly pem: { readonly key: string; readonly cert: string }
  context(minimum: TlsVersion): SecureContext
}

/** The identity of one network, made when it is first asked for. */
export type IdentitySource = () => OwnIdentity

/** Keeps what `make` gave, so that key and contexts are made once. */
export function identitySource(make: () => Identity): IdentitySource {
  let own: OwnIdentity | undefined
  return () => (own ??= ownIdentity(make()))
}

function ownIdentity({ key, certificate }: Identity): OwnIdentity {
  const contexts = new Map<TlsVersion, SecureContext>()
  const own = privateKeyOf(key)
  const pem = {
    key: own.export({ type: 'pkcs8', format: 'pem' }),
    cert: new X509Certificate(certificate).toString(),
  }
  return {
    kind: own.asymmetricKeyType === 'ed25519' ? 'Ed25519' : 'P-256',
    fingerprint: fingerprintOf(certificate),
    pem,
    context(minimum) {
      const known = contexts.get(minimum)
      if (known !== undefined) return known
      const context = createSecureContext({
        ...pem,
        minVersion: minimum,
        // A session that is resumed shows no certificate.
        secureOptions: constants.SSL_OP_NO_TICKET,
      })
      contexts.set(minimum, context)
      return context
    },
  }
}

export function fingerprintOf(certificate: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(certificate).digest())
}

function privateKeyOf(key: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
}

/**
 * The identity that is kept below this name among the secrets. One of another kind stays, for others know it; one that
 * cannot be read, or does not fit, is replaced.
 */
export function keptIdentity(
  secrets: SecretStore,
  name: string,
  clock: Clock,
  random: Random,
  kind?: KeyKind,
): IdentitySource {
  return identitySource(() => {
    const key = secrets.get(`${name} key`)
    const certificate = secrets.get(`${name} certificate`)
    if (key !== undefined && certificate !== undefined && belongs({ key, certificate })) return { key, certificate }
    const fresh = makeIdentity(clock, random, kind)
    secrets.set(`${name} key`, fresh.key)
    secrets.set(`${name} certificate`, fresh.certificate)
    return fresh
  })
}

/**
 * Who a network is before browsers and phones, which refuse certificates on Ed25519: who it is elsewhere, where that is on
 * P-256, and otherwise somebody of its own.
 */
export function acceptedByAll(own: IdentitySource, other: IdentitySource): IdentitySource {
  return () => (own().kind === 'P-256' ? own() : other())
}

function belongs({ key, certificate }: Identity): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(privateKeyOf(key))
  } catch {
    return false
  }
}
