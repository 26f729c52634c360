import type { Machine } from '@kith/core/network/machine.ts'
import type { Ask } from '../wire/ask.ts'

/** Why something is not given. */
export type Refusal =
  | { readonly kind: 'absent' }
  /** All slots are in use; `place` in the queue, where there is one. */
  | { readonly kind: 'busy'; readonly place?: number }
  | { readonly kind: 'other'; readonly text: string }

export type PeerEvent =
  /** Who they are: `cid` in ADC, `nick` in NMDC, and which meeting this is. */
  | { readonly kind: 'hello'; readonly cid?: string; readonly nick?: string; readonly token?: string }
  /** Both have said who they are; asking may begin, and `taking` is whether by us. */
  | { readonly kind: 'ready'; readonly taking: boolean }
  | { readonly kind: 'asked'; readonly ask: Ask }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Takes what was asked for, while it arrives; bytes may be used during the call only. */
export interface Taker {
  /** `bytes` are all that will come. */
  begin(bytes: number): void
  body(bytes: Uint8Array): void
  end(): void
}

/** A conversation between two clients, ADC or NMDC: one machine each, and this is all that the rest sees of them. */
export interface PeerTalk extends Machine<PeerEvent> {
  /** Asking may begin, and nothing is being waited for. */
  readonly free: boolean
  /** One question at a time: only while `free`. */
  ask(ask: Ask, taker: Taker): void
  /** Announces a body of `bytes`, which follows on the connection at once. */
  give(ask: Ask, bytes: number, zlib: boolean): void
  refuse(refusal: Refusal): void
}
