import type { Machine } from '@kith/core/network/machine.ts'
import type { HubSelf, HubUser } from '../wire/hub-user.ts'
import type { Question } from '../wire/question.ts'
import type { UserCommand } from '../wire/user-command.ts'
import type { FoundItem } from '../wire/found.ts'

/** How two users are to meet. `token` names the meeting; NMDC has none. */
export interface Meeting {
  readonly token: string
  readonly tls: boolean
}

export type HubEvent =
  /** Logged in: the users are known. */
  | { readonly kind: 'online' }
  | { readonly kind: 'title'; readonly name: string; readonly description: string }
  | { readonly kind: 'user'; readonly user: HubUser; readonly joined: boolean }
  | { readonly kind: 'left'; readonly user: HubUser }
  /** Without `from` it is the hub that speaks. */
  | { readonly kind: 'chat'; readonly from: string | undefined; readonly text: string; readonly me: boolean }
  /** `room` is where an answer goes: the sender, or a group chat. */
  | { readonly kind: 'private'; readonly from: string; readonly room: string; readonly text: string }
  | { readonly kind: 'status'; readonly severity: 0 | 1 | 2; readonly code: number; readonly text: string }
  | { readonly kind: 'question'; readonly question: Question; readonly reply: Reply }
  | { readonly kind: 'found'; readonly from: string; readonly token: string; readonly item: FoundItem }
  /** Somebody waits for us at `port`; NMDC does not say who, ADC not where. */
  | {
      readonly kind: 'meet'
      readonly from?: string
      readonly host?: string
      readonly port: number
      readonly meeting: Meeting
    }
  /** They cannot be dialled and ask us to wait for them. */
  | { readonly kind: 'invite'; readonly from: string; readonly meeting: Meeting }
  /**
   * Neither of us can be dialled: they leave from `port` towards us while we dial them. `first` is the answer to an
   * invitation, otherwise it is the answer to that, of which NMDC does not say whose it is; ADC does not say where.
   */
  | {
      readonly kind: 'traverse'
      readonly from?: string
      readonly host?: string
      readonly port: number
      readonly meeting: Meeting
      readonly first: boolean
    }
  | { readonly kind: 'redirect'; readonly address: string }
  | { readonly kind: 'command'; readonly command: UserCommand }

/** Where answers to a question go. */
export type Reply =
  | { readonly kind: 'user'; readonly id: string; readonly token: string }
  | {
      readonly kind: 'datagram'
      readonly host: string
      readonly port: number
      readonly token: string
    }

/** Our side of a hub, ADC or NMDC: one machine each, and this is all that the rest sees of them. */
export interface HubTalk extends Machine<HubEvent> {
  readonly users: ReadonlyMap<string, HubUser>
  /** What the hub calls us, once it does. */
  readonly id: string | undefined
  /** We were let in, also when it is over since: whom we saw there is to be told as gone. */
  readonly online: boolean
  /** Says what has changed about us. */
  present(self: HubSelf, now: number): void
  say(text: string, me?: boolean): void
  tell(id: string, text: string): void
  ask(question: Question, token: string): void
  answer(id: string, token: string, items: readonly FoundItem[]): void
  /** An answer as it travels in a datagram. */
  result(item: FoundItem, token: string): Uint8Array
  /** A datagram came; true when it is an answer of somebody on this hub. */
  datagram(bytes: Uint8Array): boolean
  /** We wait at `port`. */
  meet(id: string, meeting: Meeting, port: number): void
  /** We cannot be dialled: they shall wait for us. */
  invite(id: string, meeting: Meeting): void
  /**
   * Neither of us can be dialled: they shall dial us at `port` while we leave from there. `first` is the answer to an
   * invitation, otherwise the answer to that.
   */
  traverse(id: string, meeting: Meeting, port: number, first: boolean): void
  /** Sends what a user command says, as it is. */
  raw(text: string): void
}
