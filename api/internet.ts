import { z } from 'zod'
import { namedDevice, type NamedDevice } from './near.ts'
import type { Id, None, Route } from './route.ts'

/** How far a connection is lent. */
export interface InternetTermsView {
  /** Milliseconds since the epoch; without it until it is taken back. */
  readonly until?: number | undefined
  /** Bytes in both directions together. */
  readonly volume?: number | undefined
  /** Bytes per second towards the borrower, and from it. */
  readonly downLimit?: number | undefined
  readonly upLimit?: number | undefined
  /** Where it may go: nothing here is everywhere. `example.org`, `192.0.2.7`, `192.0.2.0/24`, `*:25`. */
  readonly allowed: readonly string[]
  /** Where it may not, whatever is allowed. */
  readonly refused: readonly string[]
  /** Other machines of the lender's local network may be reached too. Never the lender's machine itself. */
  readonly home: boolean
  /** The borrower's whole machine may go out by it, not only what asks a proxy. */
  readonly whole: boolean
}
const places: z.ZodType<readonly string[]> = z.array(z.string().min(1).max(260)).max(64)
const bytes = z.int().min(0)
const termsFields = {
  until: z.int().min(0).optional(),
  volume: bytes.optional(),
  downLimit: bytes.optional(),
  upLimit: bytes.optional(),
  allowed: places,
  refused: places,
  home: z.boolean(),
  whole: z.boolean(),
}

/** What has gone over it, in bytes towards the borrower and from it, and what is open now. */
export interface InternetMeterView {
  readonly down: number
  readonly up: number
  readonly connections: number
}
const meterFields = { down: bytes, up: bytes, connections: z.int().min(0) }

/** Our connection, lent to a device. */
export interface InternetLoanView extends InternetTermsView, InternetMeterView {
  readonly device: NamedDevice
  /** `over`: time or volume is used up; `off`: lending is switched off. */
  readonly state: 'open' | 'over' | 'off'
  /** When it was granted, in milliseconds since the epoch. */
  readonly since: number
}
export const internetLoanView: z.ZodType<InternetLoanView> = z.object({
  ...termsFields,
  ...meterFields,
  device: namedDevice,
  state: z.enum(['open', 'over', 'off']),
  since: bytes,
})

/** The connection of a device, used by this machine. */
export interface BorrowedInternetView extends InternetMeterView {
  readonly device: NamedDevice
  /** `127.0.0.1:1080`: SOCKS5 and HTTP at one port. */
  readonly proxy: string
  /** `refused`: it does not lend now. */
  readonly state: 'ready' | 'away' | 'refused'
  /** All that this machine sends goes there. */
  readonly whole: boolean
  /** Over IPv6 too; otherwise, when it goes there whole, nothing leaves the local networks over IPv6. */
  readonly v6: boolean
  readonly terms?: InternetTermsView | undefined
}
export const borrowedInternetView: z.ZodType<BorrowedInternetView> = z.object({
  ...meterFields,
  device: namedDevice,
  proxy: z.string(),
  state: z.enum(['ready', 'away', 'refused']),
  whole: z.boolean(),
  v6: z.boolean(),
  terms: z.object(termsFields).optional(),
})

/** Both sides of it, as one screen shows them. */
export interface InternetView {
  /** The switch of who lends: off, nobody uses our connection; grants stay. */
  readonly lending: boolean
  readonly loans: readonly InternetLoanView[]
  /** Devices that would like to use our connection. */
  readonly asks: readonly NamedDevice[]
  readonly borrowed: readonly BorrowedInternetView[]
}
export const internetView: z.ZodType<InternetView> = z.object({
  lending: z.boolean(),
  loans: z.array(internetLoanView),
  asks: z.array(namedDevice),
  borrowed: z.array(borrowedInternetView),
})

/** What a device nearby lends us. */
export interface NearbyInternetView extends InternetTermsView {
  readonly device: NamedDevice
}
export const nearbyInternetView: z.ZodType<NearbyInternetView> = z.object({
  ...termsFields,
  device: namedDevice,
})

export interface LendInternetRequest {
  readonly on: boolean
}
export const lendInternetRequest: z.ZodType<LendInternetRequest> = z.strictObject({ on: z.boolean() })

/** What is left out is without limit, or not granted. */
export type GrantInternetRequest = {
  readonly [Key in keyof InternetTermsView]?: InternetTermsView[Key] | undefined
}
export const grantInternetRequest: z.ZodType<GrantInternetRequest> = z.strictObject({
  ...termsFields,
  allowed: places.optional(),
  refused: places.optional(),
  home: z.boolean().optional(),
  whole: z.boolean().optional(),
})

export interface AskInternetRequest {
  /** Its id or name. */
  readonly device: string
}
const device = z.string().min(1).max(200)
export const askInternetRequest: z.ZodType<AskInternetRequest> = z.strictObject({ device })

export interface UseInternetRequest {
  /** Its id or name. */
  readonly device: string
  /** Of the proxy on this machine; without it 1080, or another that is free. */
  readonly port?: number | undefined
  /** All that this machine sends goes there: needs the right to change its network. */
  readonly whole?: boolean | undefined
}
export const useInternetRequest: z.ZodType<UseInternetRequest> = z.strictObject({
  device,
  port: z.int().min(1).max(65_535).optional(),
  whole: z.boolean().optional(),
})

/** The internet connection, lent from device to device. `id` is a device by id or name. */
export interface InternetRoutes {
  readonly internet: Route<None, None, None, InternetView>
  readonly lendInternet: Route<None, None, LendInternetRequest, InternetView>
  readonly grantInternet: Route<Id, None, GrantInternetRequest, InternetLoanView>
  readonly takeBackInternet: Route<Id, None, None, void>
  readonly refuseInternet: Route<Id, None, None, void>
  readonly nearbyInternet: Route<None, None, None, readonly NearbyInternetView[]>
  readonly askInternet: Route<None, None, AskInternetRequest, void>
  readonly useInternet: Route<None, None, UseInternetRequest, BorrowedInternetView>
  readonly stopInternet: Route<Id, None, None, void>
}

const tag = 'internet'

export const internetRoutes: InternetRoutes = {
  internet: {
    method: 'get',
    path: '/internet',
    scope: 'view',
    tag,
    summary: 'Whom we lend our connection, and whose we use',
    params: [],
    response: internetView,
  },
  lendInternet: {
    method: 'put',
    path: '/internet/lending',
    scope: 'share',
    tag,
    summary: 'Lend our connection to those who have a grant, or to nobody',
    params: [],
    body: lendInternetRequest,
    response: internetView,
  },
  grantInternet: {
    method: 'put',
    path: '/internet/loans/{id}',
    scope: 'share',
    tag,
    summary: 'Let a device use our connection, on these terms',
    params: ['id'],
    body: grantInternetRequest,
    response: internetLoanView,
  },
  takeBackInternet: {
    method: 'delete',
    path: '/internet/loans/{id}',
    scope: 'share',
    tag,
    summary: 'Take a grant back; what is under way ends at once',
    params: ['id'],
  },
  refuseInternet: {
    method: 'delete',
    path: '/internet/asks/{id}',
    scope: 'share',
    tag,
    summary: 'Say no to a device that would like to use our connection',
    params: ['id'],
  },
  nearbyInternet: {
    method: 'get',
    path: '/internet/nearby',
    scope: 'view',
    tag,
    summary: 'Devices nearby that lend us their connection',
    params: [],
    response: z.array(nearbyInternetView),
  },
  askInternet: {
    method: 'post',
    path: '/internet/asks',
    scope: 'share',
    tag,
    summary: 'Ask a device to lend us its connection',
    params: [],
    body: askInternetRequest,
  },
  useInternet: {
    method: 'post',
    path: '/internet/borrowed',
    scope: 'share',
    tag,
    summary: 'Use the connection of a device: opens a proxy on this machine',
    params: [],
    body: useInternetRequest,
    response: borrowedInternetView,
  },
  stopInternet: {
    method: 'delete',
    path: '/internet/borrowed/{id}',
    scope: 'share',
    tag,
    summary: 'Use the connection of a device no more',
    params: ['id'],
  },
}
