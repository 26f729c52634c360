import type { Machine } from '@kith/core/network/machine.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import type { Refusal } from '../wire/refusal.ts'

export type Protocol = 'adc' | 'nmdc'

/**
 * What somebody on our own hub does. `to` is whom the line is for, as the protocol names them: a session in ADC, a nick
 * in NMDC. `native` is the line as others who speak the same protocol may get it.
 */
export type UserEvent =
  /** Wants to be called so; waits for `challenge`, `welcome` or `refuse`. `menus`: can show what the hub offers. */
  | { readonly kind: 'named'; readonly nick: string; readonly cid?: string; readonly menus: boolean }
  | { readonly kind: 'password'; readonly proves: (password: string) => boolean }
  /** All that is known of them by the names of ADC, without what the hub alone says; `changes` are new. */
  | {
      readonly kind: 'profile'
      readonly fields: ReadonlyMap<string, string>
      readonly changes: readonly string[]
      readonly native?: Uint8Array
    }
  | { readonly kind: 'chat'; readonly text: string; readonly me: boolean }
  | { readonly kind: 'private'; readonly to: string; readonly text: string; readonly native: Uint8Array }
  | {
      readonly kind: 'question'
      readonly asked: Asked | undefined
      readonly native: Uint8Array
      /** One user only, or those whose features have all with a plus and none with a minus. */
      readonly to?: string
      readonly features?: readonly string[]
    }
  | {
      readonly kind: 'result'
      readonly to: string
      readonly item: FoundItem | undefined
      readonly native: Uint8Array
    }
  /** They wait, or ask to be waited for; `protocol` and `token` name the meeting, in ADC. */
  | {
      readonly kind: 'meeting'
      readonly to: string
      readonly protocol: string
      readonly token: string
      readonly native: Uint8Array
    }
  /** A line of an extension that only users know, for one of them, or for those with features. */
  | {
      readonly kind: 'passed'
      readonly to: string | undefined
      readonly features?: readonly string[]
      readonly native: Uint8Array
    }
  /** A line that cannot be read. */
  | { readonly kind: 'broken'; readonly text: string }

export interface Asked {
  readonly question: Question
  readonly token: string
}

/** The hub's side of a conversation with a user. Until it is welcomed nothing but the login is heard. */
export interface UserTalk extends Machine<UserEvent> {
  /** They have to prove that they know a password. */
  challenge(): void
  /** The nick is theirs: a profile follows. */
  welcome(operator: boolean): void
  /** Says why and ends. */
  refuse(why: Refusal): void
  /** What the hub has to say, as the protocol writes it. */
  send(bytes: Uint8Array): void
}
