import type { DeliveryView } from '@kith/api/deliveries.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { calledName, shownNames } from '@kith/core/network/device-names.ts'
import type { Devices } from '@kith/core/network/devices.ts'
import type { Deliveries, Delivery, SentFile } from '@kith/core/network/deliveries.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Disk } from '../host/disk/disk.ts'
import { FileTree } from '../host/files/tree.ts'
import type { Supervised } from '../supervisor.ts'
import { faultView } from '../views/fault-view.ts'
import { type Lent, lentBy } from './lent.ts'
import { named } from './named.ts'
import { findDevice } from './near.ts'

/** What the other side shows to a person before he agrees. */
const mostFiles = 2_000

type Operations = Pick<Handlers, 'deliveries' | 'deliver' | 'answerDelivery' | 'cancelDelivery'>

export interface DeliveryWorld {
  readonly networks: ReadonlyMap<string, Supervised>
  readonly disk: Disk
}

/** Lets LocalSend devices fetch a file or folder with a PIN, until disposed. @throws FaultError `unavailable` */
export async function lendPath({ networks, disk }: DeliveryWorld, path: string, pin: string): Promise<Disposable> {
  const { facet } = lentBy(networks, 'deliveries')
  return facet.offer(await filesAt(disk, path), pin)
}

export function deliveryOperations({ networks, disk }: DeliveryWorld): Operations {
  const near = (): Lent<Deliveries> => lentBy(networks, 'deliveries')
  const find = (text: string): Delivery =>
    named(near().facet.all.current, text, ({ id }) => [id], 'near/no-delivery', 'delivery')
  const view = (one: Delivery): DeliveryView => deliveryView(one, near().devices)
  return {
    deliveries: () => near().facet.all.current.map(view),
    async deliver({ body }) {
      const { facet: deliveries, devices } = near()
      const device = findDevice(devices, body.to)
      if (device.kind !== 'localsend') {
        throw fail('input', 'near/not-localsend', `${device.name} does not speak LocalSend`, {
          hint: 'Pair it, and send: kith send FILE DEVICE',
        })
      }
      return view(deliveries.send(device.id, await filesAt(disk, body.path), body.pin))
    },
    answerDelivery: ({ params, body }) => near().facet.answer(find(params.id).id, body.yes),
    cancelDelivery: ({ params }) => near().facet.cancel(find(params.id).id),
  }
}

async function filesAt(disk: Disk, path: string): Promise<readonly SentFile[]> {
  const { dir, layout } = await disk.walk(path)
  const { files, single, name } = layout
  if (files.length === 0) throw fail('input', 'near/no-files', `There are no files in ${path}`)
  if (files.length > mostFiles) {
    throw fail('input', 'near/too-many-files', `At most ${mostFiles} files go at once`, {
      hint: 'Send a smaller folder.',
    })
  }
  const tree = new FileTree(dir)
  return files.map((file): SentFile => {
    const names = single ? file.path : [name, ...file.path]
    return { name: names.join('/'), size: file.size, open: () => reading(tree, names, file.size) }
  })
}

async function* reading(tree: FileTree, names: readonly string[], size: number): AsyncGenerator<Uint8Array, void> {
  await using opened = await tree.open(names)
  if (opened?.entry.size !== size) {
    throw fail('unavailable', 'share/changed', `${names.at(-1)!} is not the file any more that was asked about`)
  }
  yield* opened.read(0, size)
}

/** Who sends to us may be no device that is known here, and call himself like one that is. */
function deliveryView(
  { id, way, device, name, what, files, size, done, state, fault, paths, at }: Delivery,
  { all }: Devices,
): DeliveryView {
  const known = all.current.some((one) => one.id === device) ? all.current : [...all.current, { id: device, name }]
  const shown = shownNames(known.map((one) => ({ id: one.id, name: calledName(one.name) }))).get(device)!
  const view = { id, way, device: { id: device, name: shown }, what, files, size, done, state, paths, at }
  return fault === undefined ? view : { ...view, fault: faultView(fault) }
}
