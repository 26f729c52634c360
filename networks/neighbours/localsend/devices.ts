import { fail } from '@kith/core/fault/fault.ts'
import type { Device, Devices } from '@kith/core/network/devices.ts'
import { value } from '@kith/core/value/value.ts'
import type { OwnLocalSend } from './localsend.ts'

/** The devices of both protocols in one list; those of LocalSend are not paired. */
export function withLocalSend(ours: Devices, theirs: OwnLocalSend, port: number): Devices & Disposable {
  const both = (): readonly Device[] => {
    const known = new Set(ours.all.current.map(({ id }) => id))
    return [...ours.all.current, ...theirs.devices.current.filter(({ id }) => !known.has(id))]
  }
  const all = value(both())
  const watches = [ours.all, theirs.devices].map((one) => one.watch(() => all.set(both())))
  return {
    ...ours,
    all,
    meet: (at) => (at.port === port && theirs.isOn ? theirs.meet(at) : ours.meet(at)),
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
