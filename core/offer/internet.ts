import type { Endpoint } from '../network/net.ts'
import type { Value } from '../value/value.ts'

/** How far somebody may use our connection. */
export interface InternetTerms {
  /** Milliseconds since the epoch; without it until it is taken back. */
  readonly until?: number
  /** Bytes in both directions together. */
  readonly volume?: number
  /** Bytes per second towards the borrower, and from it. */
  readonly down?: number
  readonly up?: number
  /** Where it may go: nothing here is everywhere. A name with all below it, an address, a network; `:25` behind it is a port. */
  readonly allowed: readonly string[]
  /** Where it may not, whatever is allowed. */
  readonly refused: readonly string[]
  /** Other machines of the local network may be reached too. Never this machine itself. */
  readonly home: boolean
  /** Everything that its machine sends may come by the virtual network, not only what asks a proxy. */
  readonly whole: boolean
}

/** What has gone over a connection that is lent. */
export interface InternetMeter {
  /** Bytes towards the borrower, and from it, since the grant. */
  readonly down: number
  readonly up: number
  /** Open now: connections, and conversations of datagrams. */
  readonly connections: number
}

/** Our connection, lent to one device. */
export interface InternetLoan extends InternetMeter {
  /** Id of the device. */
  readonly device: string
  readonly terms: InternetTerms
  /** `over`: time or volume is used up. */
  readonly state: 'open' | 'over'
  /** When it was granted, in milliseconds since the epoch. */
  readonly since: number
}

/** The connection of another device, used here. */
export interface BorrowedInternet extends InternetMeter {
  /** Id of the device. */
  readonly device: string
  /** Where programs of this machine find the proxy: SOCKS5 and HTTP at one port. */
  readonly proxy: Endpoint
  /** `refused`: it does not lend now. */
  readonly state: 'ready' | 'away' | 'refused'
  /** All that this machine sends goes there. */
  readonly whole: boolean
  /** Over IPv6 too; otherwise, when it goes there whole, nothing leaves the local networks over IPv6. */
  readonly v6: boolean
  /** What it was granted, as far as it has told. */
  readonly terms?: InternetTerms
}

/** The internet connection, lent from device to device. Nobody may use ours without a grant. */
export interface Internet {
  /** The switch of who lends: off, nobody uses our connection; grants stay. */
  readonly lending: Value<boolean>
  readonly loans: Value<readonly InternetLoan[]>
  /** Ids of devices that would like to use our connection. */
  readonly asks: Value<readonly string[]>
  readonly borrowed: Value<readonly BorrowedInternet[]>
  lend(on: boolean): void
  /** Grants, or says anew. @throws FaultError `input` */
  grant(device: string, terms: InternetTerms): InternetLoan
  /** What is under way ends at once. @throws FaultError `input` */
  takeBack(device: string): void
  /** Says no to who asked. @throws FaultError `input` */
  refuse(device: string): void
  /** What a device lends us; undefined for nothing. @throws FaultError `gone`, `unavailable` */
  at(device: string, signal?: AbortSignal): Promise<InternetTerms | undefined>
  /** Asks its owner to lend it. @throws FaultError `gone`, `unavailable` */
  ask(device: string): Promise<void>
  /** Opens the proxy; kept over restarts. @throws FaultError `gone`, `unavailable`, `local` */
  use(device: string, options: { readonly port?: number; readonly whole?: boolean }): Promise<BorrowedInternet>
  /** @throws FaultError `input` */
  stop(device: string): Promise<void>
}
