import type { Fault } from '@kith/core/fault/fault.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { Place } from '../internet/places.ts'

/** A program has so long to say where it wants to go. */
export const ASK_MS = 30_000

/** What a program asks of the proxy. */
export type ProxyEvent =
  /** `rest` came behind the question, and goes there first. */
  { readonly kind: 'connect'; readonly to: Place; readonly rest: Uint8Array } | { readonly kind: 'associate' }

/** Why it cannot be had. */
export type Refusal = 'refused' | 'unknown' | 'unreachable' | 'late' | 'broken'

/** What a proxy answers, besides being a machine; each once, after the event. */
export interface ProxyAnswers {
  connected(): void
  associated(at: Endpoint): void
  refused(why: Refusal): void
}

export function tooSlow(): Fault {
  return { kind: 'gone', code: 'neighbours/proxy-silent', message: 'A program did not say where it wants to go' }
}
