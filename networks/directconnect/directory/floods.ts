import type { UserEvent } from '../talk/user-event.ts'

/** Kinds of lines that cost others something, each in its own measure. */
export type FloodKind = 'chat' | 'private' | 'search' | 'result' | 'connect' | 'profile' | 'other' | 'strike'

interface Measure {
  /** So many at once, and one more each so many milliseconds. */
  readonly burst: number
  readonly everyMs: number
}

const measures: Readonly<Record<FloodKind, Measure>> = {
  chat: { burst: 10, everyMs: 1_000 },
  private: { burst: 20, everyMs: 500 },
  // Every question is passed to everybody.
  search: { burst: 6, everyMs: 2_000 },
  // Ten to each question, and many ask.
  result: { burst: 400, everyMs: 20 },
  // A queue of hundreds of sources is tried in one go.
  connect: { burst: 200, everyMs: 100 },
  profile: { burst: 10, everyMs: 3_000 },
  other: { burst: 60, everyMs: 200 },
  // Lines that were too many or made no sense. Who goes on is sent away.
  strike: { burst: 200, everyMs: 1_000 },
}
/** Somebody who is told that he is too fast is not told again for so long. */
const tellMs = 10_000

/** What one user may still do at this moment. */
export class Floods {
  readonly #left = new Map<FloodKind, { tokens: number; at: number }>()
  #told: number

  constructor(now: number) {
    this.#told = now - tellMs
  }

  allows(kind: FloodKind, now: number): boolean {
    const { burst, everyMs } = measures[kind]
    let left = this.#left.get(kind)
    if (left === undefined) this.#left.set(kind, (left = { tokens: burst, at: now }))
    left.tokens = Math.min(burst, left.tokens + Math.max(0, now - left.at) / everyMs)
    left.at = now
    if (left.tokens < 1) return false
    left.tokens--
    return true
  }

  /** Whether it is time to say that it was too much. */
  tell(now: number): boolean {
    if (now - this.#told < tellMs) return false
    this.#told = now
    return true
  }
}

/** How what a user does is measured; undefined for what is not. */
export function floodKind(event: UserEvent): FloodKind | undefined {
  switch (event.kind) {
    case 'question':
      return 'search'
    case 'meeting':
      return 'connect'
    case 'passed':
      return 'other'
    case 'chat':
    case 'private':
    case 'result':
    case 'profile':
      return event.kind
    case 'named':
    case 'password':
    case 'broken':
      return undefined
  }
}
