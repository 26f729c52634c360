import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import { base32 } from '@kith/wire/bytes.ts'
import type { Hub } from '../hubs/hub.ts'
import type { Meeting } from '../talk/hub-event.ts'
import type { Conversation } from './conversation.ts'
import type { Party } from './party.ts'
import { partyKey } from './party.ts'

/** Whoever was asked to come has this long. */
const meetingMs = 20_000
/** Meetings that others have arranged with us. */
const mostInvited = 1_000
const tokenBytes = 5

interface Expected {
  readonly party: Party
  readonly timer: Disposable
  /** Both undefined where they want something of us. */
  readonly arrived?: (conversation: Conversation) => void
  readonly failed?: (fault: Fault) => void
}

/** Whom we expect: a connection that nobody expects is closed. */
export class Meetings {
  readonly #clock: Clock
  readonly #random: Random
  readonly #expected = new Map<string, Expected>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Arranges a meeting of ours by `arrange` and waits for it. @throws FaultError `gone` when nobody comes */
  arrange(party: Party, tls: boolean, arrange: (meeting: Meeting) => void, signal: AbortSignal): Promise<Conversation> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const token = base32(this.#random.bytes(tokenBytes))
      const key = keyOf(party, token)
      const end = (): void => {
        this.#forget(key)
        signal.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        end()
        reject(signal.reason as Error)
      }
      const timer = this.#clock.after(meetingMs, () => {
        end()
        reject(fail('gone', 'directconnect/no-show', `${party.user.nick} did not connect`))
      })
      signal.addEventListener('abort', abort, { once: true })
      // In NMDC it may be that they are expected already, who want something of us.
      this.#forget(key)
      this.#expected.set(key, {
        party,
        timer,
        arrived(conversation) {
          end()
          resolve(conversation)
        },
        failed(fault) {
          end()
          reject(new FaultError(fault))
        },
      })
      arrange({ token, tls })
    })
  }

  /** They will come and want something. False when too many are expected already. */
  expect(party: Party, token: string): boolean {
    if (this.#expected.size >= mostInvited) return false
    const key = keyOf(party, token)
    // In NMDC both may want something: they come once, and we go on waiting.
    if (this.#expected.get(key)?.arrived !== undefined) return true
    this.#forget(key)
    const timer = this.#clock.after(meetingMs, () => this.#expected.delete(key))
    this.#expected.set(key, { party, timer })
    return true
  }

  /** Whose meeting this is, if it is one: by token, or by nick where there are no tokens. */
  find(who: { readonly token?: string; readonly cid?: string; readonly nick?: string }): Party | undefined {
    for (const [key, { party }] of this.#expected) {
      const { cid } = party.user
      if (who.cid !== undefined && cid === who.cid && key === keyOf(party, who.token ?? '')) return party
      if (who.cid === undefined && party.user.id === who.nick && party.hub.address.protocol === 'nmdc') return party
    }
    return undefined
  }

  /** Somebody is there. True when it was we who wanted to meet. */
  arrived(conversation: Conversation, party: Party, token: string): boolean {
    const key = keyOf(party, token)
    const expected = this.#expected.get(key)
    this.#forget(key)
    expected?.arrived?.(conversation)
    return expected?.arrived !== undefined
  }

  /** Somebody was there, and it came to nothing. */
  failed(party: Party, token: string, fault: Fault): void {
    this.#expected.get(keyOf(party, token))?.failed?.(fault)
  }

  /** Whether this meeting was arranged, by either side. */
  has(party: Party, token: string): boolean {
    return this.#expected.has(keyOf(party, token))
  }

  /** Whether somebody of this hub, who wants something of us, is expected. */
  invitedOn(hub: Hub): boolean {
    return [...this.#expected.values()].some(({ party, arrived }) => party.hub === hub && arrived === undefined)
  }

  /** Whether we are waiting for this person ourselves. */
  wanted(party: Party, token: string): boolean {
    return this.#expected.get(keyOf(party, token))?.arrived !== undefined
  }

  #forget(key: string): void {
    this.#expected.get(key)?.timer[Symbol.dispose]()
    this.#expected.delete(key)
  }
}

function keyOf(party: Party, token: string): string {
  return party.hub.address.protocol === 'nmdc' ? partyKey(party) : `${partyKey(party)} ${token}`
}
