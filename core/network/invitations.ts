import type { Value } from '../value/value.ts'
import type { Device } from './devices.ts'

/** What we have invited somebody with. */
export interface OpenInvitation {
  readonly id: string
  /** What the other side enters: whoever has it may pair with us, once. */
  readonly link: string
  /** Milliseconds since the epoch. */
  readonly until: number
  /** Whether the pairing is to outlast this run of the daemon. */
  readonly lasting: boolean
}

export interface InviteOptions {
  readonly ms: number
  readonly lasting: boolean
  /** Where else this device is reached, such as a forwarded port: a name or an address, and a port. */
  readonly addresses?: readonly { readonly host: string; readonly port: number }[]
}

/** Pairing without digits: a link says who we are, where, and carries a secret that is good once. */
export interface Invitations {
  readonly all: Value<readonly OpenInvitation[]>
  /** @throws FaultError `input` when too many are open */
  invite(options: InviteOptions): OpenInvitation
  /** @throws FaultError `input` for one that there is not */
  takeBack(id: string): void
  /**
   * Pairs with whoever made the link.
   * @throws FaultError `input` for a link that is broken, late or ours, `gone` when the device cannot be reached,
   * `unavailable` when it does not know the invitation any more
   */
  open(link: string, lasting: boolean): Promise<Device>
}
