import { fail } from '@kith/core/fault/fault.ts'
import { shownNames } from '@kith/core/network/device-names.ts'
import type { Device, Devices } from '@kith/core/network/devices.ts'
import { value } from '@kith/core/value/value.ts'
import type { OwnLocalSend } from './localsend.ts'

/** The devices of both protocols, each by a name that no other has. */
export interface NamedDevices extends Devices, Disposable {
  /** The name that a device is shown by. */
  nameOf(id: string): string
}

/**
 * The devices of both protocols in one list; those of LocalSend are not paired.
 *
 * @param own this device, which others may call themselves like
 */
export function withLocalSend(
  ours: Devices,
  theirs: OwnLocalSend,
  port: number,
  own: Pick<Device, 'id' | 'name'>,
): NamedDevices {
  let shown: ReadonlyMap<string, string> = new Map()
  const both = (): readonly Device[] => {
    const known = new Set(ours.all.current.map(({ id }) => id))
    const devices = [...ours.all.current, ...theirs.devices.current.filter(({ id }) => !known.has(id))]
    shown = shownNames([own, ...devices])
    return devices.map((one) => ({ ...one, name: shown.get(one.id)! }))
  }
  const all = value(both())
  const watches = [ours.all, theirs.devices].map((one) => one.watch(() => all.set(both())))
  const nameOf = (id: string): string => shown.get(id) ?? id.slice(0, 8)
  const named = (device: Device): Device => ({ ...device, name: shown.get(device.id) ?? device.name })
  return {
    ...ours,
    all,
    nameOf,
    meet: async (at) => named(await (at.port === port && theirs.isOn ? theirs.meet(at) : ours.meet(at))),
    async pair(id) {
      if (!ours.all.current.some((one) => one.id === id) && theirs.isDevice(id)) {
        throw fail('input', 'neighbours/localsend-only', 'That device speaks LocalSend, and is not paired', {
          hint: 'Send it a file: kith send FILE DEVICE',
        })
      }
      await ours.pair(id)
    },
    [Symbol.dispose]: () => watches.forEach((one) => one[Symbol.dispose]()),
  }
}
