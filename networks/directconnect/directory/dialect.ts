import type { FoundItem } from '../wire/found.ts'
import type { Asked } from '../talk/user-event.ts'
import type { Guest } from './guest.ts'

/** What a menu shows, and the words that it says in the chat: texts, the nick of who was chosen, or something to ask. */
export interface Offer {
  readonly path: readonly string[]
  readonly aboutSomebody: boolean
  readonly words: readonly (string | { readonly ask: string } | { readonly chosen: true })[]
}

/** How our hub says things to users of one protocol. All of it is pure; a guest of either protocol may be spoken of. */
export interface Dialect {
  /** All that others are to know of somebody. */
  user(of: Guest): Uint8Array
  /** What is new of them, as words of ADC. */
  changed(of: Guest, changes: readonly string[]): Uint8Array
  left(of: Guest, why?: { readonly by?: Guest; readonly text: string }): Uint8Array
  chat(from: Guest, text: string, me: boolean): Uint8Array
  /** In the hub's own voice. */
  voice(text: string): Uint8Array
  private(from: Guest, to: Guest, text: string): Uint8Array
  question(from: Guest, asked: Asked): Uint8Array
  result(from: Guest, to: Guest, item: FoundItem): Uint8Array
  title(name: string, topic: string): Uint8Array
  /** Something for the menus of users: a line of chat with what has to be asked. */
  offer(command: Offer): Uint8Array
}
