import { fail } from '@kith/core/fault/fault.ts'
import { journal } from '@kith/core/journal/journal.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Session, Token } from '../host/database/secrets.ts'
import { accessOperations } from '../operations/access.ts'
import type { AccessStores } from './access.ts'
import { Access } from './access.ts'
import type { AppWorld } from './app.ts'
import type { Handlers } from './handlers.ts'
import type { Sample } from './live.ts'

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

/** Secrets in memory; `written` holds whatever reached the store, to see what was kept. */
export function memoryStores(): AccessStores & { readonly written: string[] } {
  const secrets = new Map<string, Uint8Array>()
  const tokens = new Map<string, Token>()
  const sessions = new Map<string, Session>()
  const written: string[] = []
  return {
    written,
    secrets: {
      get: (name) => secrets.get(name),
      set: (name, value) => void (value === undefined ? secrets.delete(name) : secrets.set(name, value)),
    },
    tokens: {
      list: () => [...tokens.values()],
      find: (hash, now) => {
        const token = tokens.get(hex(hash))
        return token?.expiresAt !== undefined && token.expiresAt <= now ? undefined : token
      },
      add(token, hash) {
        tokens.set(hex(hash), token)
        written.push(JSON.stringify(token), hex(hash))
      },
      remove(id) {
        const found = [...tokens].find(([, token]) => token.id === id)
        return found !== undefined && tokens.delete(found[0])
      },
      used(id, now) {
        for (const [hash, token] of tokens) if (token.id === id) tokens.set(hash, { ...token, usedAt: now })
      },
    },
    sessions: {
      find: (hash, now) => {
        const session = sessions.get(hex(hash))
        return session === undefined || session.expiresAt <= now ? undefined : session
      },
      save(hash, session) {
        sessions.set(hex(hash), session)
        written.push(JSON.stringify(session), hex(hash))
      },
      remove: (hash) => void sessions.delete(hex(hash)),
      clear: () => sessions.clear(),
      expire(now) {
        for (const [hash, session] of sessions) if (session.expiresAt <= now) sessions.delete(hash)
      },
    },
  }
}

export interface TestClock {
  readonly now: () => number
  readonly advance: (ms: number) => void
}

export function testClock(at = 1_800_000_000_000): TestClock {
  let time = at
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

export interface TestWorld extends AppWorld {
  readonly clock: TestClock
  readonly stores: ReturnType<typeof memoryStores>
}

/** What the API needs of a daemon: real authority and journal, and only the operations that a test brings. */
export function testWorld(
  parts: {
    readonly handlers?: Partial<Handlers>
    readonly record?: () => void
    readonly sample?: Sample
    readonly page?: string
    readonly begun?: Promise<void>
  } = {},
): TestWorld {
  const clock = testClock()
  const stores = memoryStores()
  const access = new Access(stores, clock.now)
  return {
    clock,
    stores,
    access,
    version: '1.2.3',
    handlers: {
      ...accessOperations(
        access,
        () => 'http://127.0.0.1:30000',
        () => true,
      ),
      ...parts.handlers,
    } as Handlers,
    record: parts.record ?? (() => {}),
    uploaded() {
      throw fail('input', 'upload/unknown', 'There is none')
    },
    sample: parts.sample ?? (() => Promise.resolve({})),
    journal: journal(clock),
    log: silent,
    names: () => ({ machine: 'Attic', allowed: ['Kith.Example.org'] }),
    page: parts.page ?? '/nonexistent',
    metrics: () => Promise.resolve('kith_up 1\n'),
    healthy: () => true,
    begun: parts.begun ?? Promise.resolve(),
  }
}
