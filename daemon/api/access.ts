import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SessionRequest, TokenRequest, TokenResponse, TokenView } from '@kith/api/access.ts'
import type { Scope } from '@kith/api/status.ts'
import { scopes } from '@kith/api/status.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { Guesses } from '../guesses.ts'
import type { SecretStore, SessionStore, Token, TokenStore } from '../host/database/secrets.ts'
import { isPassword, keptPassword } from '../password.ts'

/** Where secrets are kept; of tokens and sessions only hashes. */
export interface AccessStores {
  readonly secrets: SecretStore
  readonly tokens: TokenStore
  readonly sessions: SessionStore
}

/** What a request may do. */
export interface Grant {
  readonly scopes: readonly Scope[]
  readonly via: 'session' | 'token' | 'socket' | 'none'
}

/** A session that nobody used for this long is over, in milliseconds. */
const sessionMs = 30 * 24 * 3600_000
const shortestPassword = 8

/** Tells one who asks from another, without the secret itself; the unix socket has none. */
export function senderOf(secret: string | undefined): string {
  return secret === undefined ? 'socket' : hashOf(secret).toHex().slice(0, 16)
}

function hashOf(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

/** Names of single secrets. */
const passwordName = 'password'
const linkName = 'link'

/** Who may do what: the unix socket, tokens of programs, sessions of the page. */
export class Access {
  readonly #stores: AccessStores
  readonly #now: () => number
  readonly #guesses: Guesses

  constructor(stores: AccessStores, now: () => number) {
    this.#stores = stores
    this.#now = now
    this.#guesses = new Guesses(now, 'api/too-often')
    stores.sessions.expire(now())
  }

  get hasPassword(): boolean {
    return this.#stores.secrets.get(passwordName) !== undefined
  }

  /** What the secrets that came with a request are worth. */
  grant(request: { socket: boolean; token: string | undefined; session: string | undefined }): Grant {
    if (request.token !== undefined) return this.#byToken(request.token)
    if (request.socket) return { scopes: ['admin'], via: 'socket' }
    if (request.session !== undefined && this.#isSession(request.session)) return { scopes: ['admin'], via: 'session' }
    return { scopes: [], via: 'none' }
  }

  #byToken(secret: string): Grant {
    const now = this.#now()
    const token = this.#stores.tokens.find(hashOf(secret), now)
    if (token === undefined) return { scopes: [], via: 'none' }
    // Once a minute is enough to know, and spares the disk.
    if (now - (token.usedAt ?? 0) > 60_000) this.#stores.tokens.used(token.id, now)
    return { scopes: scopesOf(token), via: 'token' }
  }

  #isSession(secret: string): boolean {
    const hash = hashOf(secret)
    const now = this.#now()
    const session = this.#stores.sessions.find(hash, now)
    if (session === undefined) return false
    if (now - session.seenAt > 3600_000) {
      this.#stores.sessions.save(hash, { ...session, seenAt: now, expiresAt: now + sessionMs })
    }
    return true
  }

  /** Opens a session. @throws FaultError `input` `api/unauthorized`, `unavailable` `api/too-often` */
  async signIn(request: SessionRequest, address: string): Promise<string> {
    this.#guesses.begin(address)
    const right =
      (request.link !== undefined && this.#useLink(request.link)) ||
      (request.password !== undefined && (await this.#isPassword(request.password)))
    if (!right) {
      const what =
        request.link === undefined ? 'password is wrong' : 'link was used already, or is not one of this daemon'
      throw fail('input', 'api/unauthorized', `The ${what}`, {
        hint: request.link === undefined ? 'kith passwd sets a new one.' : 'kith open makes a new one.',
      })
    }
    this.#guesses.right(address)
    const secret = randomBytes(32).toString('base64url')
    const now = this.#now()
    this.#stores.sessions.save(hashOf(secret), {
      createdAt: now,
      seenAt: now,
      expiresAt: now + sessionMs,
      client: address,
    })
    return secret
  }

  #useLink(link: string): boolean {
    const kept = this.#stores.secrets.get(linkName)
    if (kept === undefined || !timingSafeEqual(hashOf(link), hashOf(new TextDecoder().decode(kept)))) return false
    this.#stores.secrets.set(linkName, undefined)
    return true
  }

  async #isPassword(password: string): Promise<boolean> {
    const kept = this.#stores.secrets.get(passwordName)
    return kept !== undefined && (await isPassword(password, kept))
  }

  signOut(session: string | undefined): void {
    if (session !== undefined) this.#stores.sessions.remove(hashOf(session))
  }

  /** A new password ends all sessions but this one; an empty one is none.
   * @throws FaultError `input` `api/password-short` */
  async setPassword(password: string, session: string | undefined): Promise<void> {
    if (password !== '' && password.length < shortestPassword) {
      throw fail('input', 'api/password-short', `A password has at least ${shortestPassword} characters`)
    }
    const hash = session === undefined ? undefined : hashOf(session)
    const own = hash === undefined ? undefined : this.#stores.sessions.find(hash, this.#now())
    this.#stores.sessions.clear()
    if (hash !== undefined && own !== undefined) this.#stores.sessions.save(hash, own)
    this.#stores.secrets.set(passwordName, password === '' ? undefined : await keptPassword(password))
  }

  /** The secret of the one-time link: the same until somebody used it. */
  link(): string {
    const kept = this.#stores.secrets.get(linkName)
    if (kept !== undefined) return new TextDecoder().decode(kept)
    const link = randomBytes(24).toString('base64url')
    this.#stores.secrets.set(linkName, new TextEncoder().encode(link))
    return link
  }

  get tokens(): readonly TokenView[] {
    return this.#stores.tokens.list().map((token) => ({
      id: token.id,
      name: token.name,
      scopes: scopesOf(token),
      createdAt: token.createdAt,
      ...(token.usedAt === undefined ? {} : { usedAt: token.usedAt }),
    }))
  }

  newToken({ name, scopes: asked }: TokenRequest): TokenResponse {
    const secret = `kith_${randomBytes(32).toString('base64url')}`
    const chosen = scopes.filter((scope) => asked.includes(scope))
    const token = { id: randomBytes(4).toString('hex'), name, createdAt: this.#now() }
    const kept = { ...token, scope: chosen.join(' '), usedAt: undefined, expiresAt: undefined }
    this.#stores.tokens.add(kept, hashOf(secret))
    return { token: { ...token, scopes: chosen }, secret }
  }

  /** @throws FaultError `input` `token/unknown` */
  removeToken(id: string): void {
    if (!this.#stores.tokens.remove(id)) throw fail('input', 'token/unknown', `There is no token “${id}”`)
  }
}

function scopesOf(token: Token): readonly Scope[] {
  const names = token.scope.split(' ')
  return scopes.filter((scope) => names.includes(scope))
}

/** Whether a grant holds a scope: `admin` holds all, and every scope holds `view`. */
export function allows(grant: Grant, scope: Scope | 'none'): boolean {
  if (scope === 'none' || grant.scopes.includes('admin')) return true
  return scope === 'view' ? grant.scopes.length > 0 : grant.scopes.includes(scope)
}
