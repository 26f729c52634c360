import type { NamedDevice } from '@kith/api/near.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Device, Devices } from '@kith/core/network/devices.ts'
import type { Membership } from '@kith/core/network/network.ts'
import type { Supervised } from '../supervisor.ts'
import { namedDevice, pairedDevice } from './near.ts'

export interface LentWorld {
  readonly networks: ReadonlyMap<string, Supervised>
}

/** What devices lend each other, and the devices. */
export interface Lent<Facet> {
  readonly facet: Facet
  readonly devices: Devices
  named(id: string): NamedDevice
  /** The id of a device that is paired. @throws FaultError `input` */
  paired(text: string): string
  /** Paired devices that can be asked now. */
  readonly friends: readonly Device[]
}

/** @throws FaultError `unavailable` */
export function lentBy<Key extends 'deliveries' | 'games' | 'internet' | 'printers' | 'segments'>(
  networks: ReadonlyMap<string, Supervised>,
  key: Key,
): Lent<NonNullable<Membership[Key]>> {
  for (const { membership } of networks.values()) {
    const facet = membership?.[key]
    const devices = membership?.devices
    if (facet === undefined || devices === undefined) continue
    return {
      facet,
      devices,
      named: (id) => namedDevice(devices, id),
      paired: (text) => pairedDevice(devices, text).id,
      get friends() {
        return devices.all.current.filter((one) => one.standing === 'paired' && one.near)
      },
    }
  }
  throw fail('unavailable', 'near/off', 'Kith is not joined with the devices nearby', {
    hint: 'Switch the network on: kith net on neighbours',
  })
}
