import type { Fault } from '../fault/fault.ts'
import type { Endpoint } from './net.ts'

/**
 * Whether the port of all networks is reached from beyond the router of this machine, over one version of IP.
 *
 * - `off`: the user does not want it to be asked
 * - `none`: this machine has no address that means anything out there
 * - `looking`: a router is looked for, or asked
 * - `mapped`: it passes on what comes to this address: its own, or over IPv6 ours
 * - `not`: none is there, or it refuses; the fault says which
 */
export type Outside =
  | { readonly state: 'off' | 'none' | 'looking' }
  | { readonly state: 'mapped'; readonly at: Endpoint; readonly by: AskedBy }
  | { readonly state: 'not'; readonly fault: Fault }

/** What routers are asked by: RFC 6887, RFC 6886, and Internet Gateway Device of the UPnP Forum. */
export type AskedBy = 'PCP' | 'NAT-PMP' | 'UPnP'
