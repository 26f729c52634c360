import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointIn } from './nmdc-endpoint.ts'

/**
 * Where to dial: `''` waits to be dialled; `N` and `R` dial as well, `N` in answer to an invitation and `R` in answer to
 * that.
 */
export type NmdcWay = '' | 'N' | 'R'

export interface NmdcMeeting {
  /** Who is to dial. */
  readonly to: string
  readonly way: NmdcWay
  readonly tls: boolean
}

/** What follows `$ConnectToMe `; `from` is said by those who answer an invitation. */
export function readMeeting(
  rest: string,
): (NmdcMeeting & { readonly at: Endpoint; readonly from: string }) | undefined {
  const [to = '', where = '', from = ''] = rest.split(' ')
  const match = /^(.*?)([NR]?)(S?)$/.exec(where)
  const at = endpointIn(match?.[1] ?? '')
  if (match === null || at === undefined) return undefined
  return { to, at, way: match[2] as NmdcWay, tls: match[3] === 'S', from }
}

/** `from` is ours, and `at` ends with the port. */
export function formatMeeting({ to, way, tls }: NmdcMeeting, at: string, from: string): string {
  // Who answers an invitation says who it is; some hubs pass on no line that says so otherwise.
  return `$ConnectToMe ${to} ${at}${way}${tls ? 'S' : ''}${way === 'N' ? ` ${from}` : ''}|`
}
