import type { Fault } from '../fault/fault.ts'
import type { Endpoint } from './net.ts'

/**
 * Whether the port of all networks is reached from beyond the router of this machine.
 *
 * - `off`: the user does not want it to be asked
 * - `looking`: a router is looked for, or asked
 * - `mapped`: it passes on what comes to this address of its own
 * - `not`: none is there, or it refuses; the fault says which
 */
export type Outside =
  | { readonly state: 'off' | 'looking' }
  | { readonly state: 'mapped'; readonly at: Endpoint; readonly by: 'NAT-PMP' | 'UPnP' }
  | { readonly state: 'not'; readonly fault: Fault }
