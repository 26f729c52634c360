import type { Fault } from '../fault/fault.ts'

/**
 * A conversation without I/O (design 5). Whoever drives it calls `receive` and `tick` and then polls until
 * there is nothing more; `pump` does that for every stream protocol.
 */
export interface Machine<Event> {
  /** `bytes` may be used during the call only: the buffer is the socket's. */
  receive(bytes: Uint8Array, now: number): void
  tick(now: number): void
  /** When `tick` wants to be called, in milliseconds since the epoch. */
  readonly deadline: number | undefined
  poll(): Output<Event> | undefined
}

export type Output<Event> =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'close'; readonly fault?: Fault }
