import type { Database } from './database.ts'

/** Single secrets by name: the hash of the password, the one-time link that nobody used yet, keys of this device. */
export interface SecretStore {
  get(name: string): Uint8Array | undefined
  set(name: string, value: Uint8Array | undefined): void
}

export function secretStore(database: Database): SecretStore {
  return {
    get: (name) =>
      database.sql('SELECT value FROM secrets WHERE name = ?').get(name)?.['value'] as Uint8Array | undefined,
    set(name, value) {
      if (value === undefined) database.sql('DELETE FROM secrets WHERE name = ?').run(name)
      else database.sql('INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)').run(name, value)
    },
  }
}

/** A key to the API. Times are milliseconds since the epoch. */
export interface Token {
  readonly id: string
  readonly name: string
  readonly scope: string
  readonly createdAt: number
  readonly usedAt: number | undefined
  readonly expiresAt: number | undefined
}

export interface TokenStore {
  list(): readonly Token[]
  /** By the hash of the secret part; expired ones are not found. */
  find(hash: Uint8Array, now: number): Token | undefined
  add(token: Token, hash: Uint8Array): void
  /** False when there is none of this id. */
  remove(id: string): boolean
  used(id: string, now: number): void
}

const tokenColumns = 'id, name, scope, created_at, used_at, expires_at'

export function tokenStore(database: Database): TokenStore {
  return {
    list: () => database.sql(`SELECT ${tokenColumns} FROM tokens ORDER BY created_at, id`).all().map(tokenOf),
    find(hash, now) {
      const row = database
        .sql(`SELECT ${tokenColumns} FROM tokens WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?)`)
        .get(hash, now)
      return row && tokenOf(row)
    },
    add({ id, name, scope, createdAt, usedAt, expiresAt }, hash) {
      database
        .sql(`INSERT INTO tokens (${tokenColumns}, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`)
        .run(id, name, scope, createdAt, usedAt ?? null, expiresAt ?? null, hash)
    },
    remove: (id) => Number(database.sql('DELETE FROM tokens WHERE id = ?').run(id).changes) > 0,
    used: (id, now) =>
      database.later(`token ${id}`, () => database.sql('UPDATE tokens SET used_at = ? WHERE id = ?').run(now, id)),
  }
}

function tokenOf(row: Readonly<Record<string, unknown>>): Token {
  return {
    id: String(row['id']),
    name: String(row['name']),
    scope: String(row['scope']),
    createdAt: Number(row['created_at']),
    usedAt: row['used_at'] === null ? undefined : Number(row['used_at']),
    expiresAt: row['expires_at'] === null ? undefined : Number(row['expires_at']),
  }
}

/** A browser that signed in. */
export interface Session {
  readonly createdAt: number
  readonly seenAt: number
  readonly expiresAt: number
  /** What the browser calls itself, for people. */
  readonly client: string
}

export interface SessionStore {
  /** By the hash of the cookie; expired ones are not found. */
  find(hash: Uint8Array, now: number): Session | undefined
  /** Adds or renews one. */
  save(hash: Uint8Array, session: Session): void
  remove(hash: Uint8Array): void
  /** Signs everybody out. */
  clear(): void
  /** Forgets those that expired. */
  expire(now: number): void
}

export function sessionStore(database: Database): SessionStore {
  return {
    find(hash, now) {
      const row = database.sql('SELECT * FROM sessions WHERE hash = ? AND expires_at > ?').get(hash, now)
      if (row === undefined) return undefined
      return {
        createdAt: Number(row['created_at']),
        seenAt: Number(row['seen_at']),
        expiresAt: Number(row['expires_at']),
        client: String(row['client']),
      }
    },
    save(hash, { createdAt, seenAt, expiresAt, client }) {
      database
        .sql('INSERT OR REPLACE INTO sessions (hash, created_at, seen_at, expires_at, client) VALUES (?, ?, ?, ?, ?)')
        .run(hash, createdAt, seenAt, expiresAt, client)
    },
    remove: (hash) => void database.sql('DELETE FROM sessions WHERE hash = ?').run(hash),
    clear: () => void database.sql('DELETE FROM sessions').run(),
    expire: (now) => void database.sql('DELETE FROM sessions WHERE expires_at <= ?').run(now),
  }
}
