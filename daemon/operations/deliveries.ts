import type { DeliveryView } from '@kith/api/deliveries.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Deliveries, Delivery, SentFile } from '@kith/core/network/deliveries.ts'
import type { Devices } from '@kith/core/network/devices.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Disk } from '../host/disk/disk.ts'
import { FileTree } from '../host/files/tree.ts'
import type { Supervised } from '../supervisor.ts'
import { faultView } from '../views/fault-view.ts'
import { findDevice, named } from './near.ts'

/** What the other side shows to a person before he agrees. */
const mostFiles = 2_000

type Operations = Pick<Handlers, 'deliveries' | 'deliver' | 'answerDelivery' | 'cancelDelivery'>

export interface DeliveryWorld {
  readonly networks: ReadonlyMap<string, Supervised>
  readonly disk: Disk
}

/** @throws FaultError `unavailable` `near/off` */
function near({ networks }: Pick<DeliveryWorld, 'networks'>): {
  readonly deliveries: Deliveries
  readonly devices: Devices
} {
  for (const { membership } of networks.values()) {
    const { deliveries, devices } = membership ?? {}
    if (deliveries !== undefined && devices !== undefined) return { deliveries, devices }
  }
  throw fail('unavailable', 'near/off', 'Kith is not joined with the devices nearby', {
    hint: 'Switch the network on: kith net on neighbours',
  })
}

/** Lets LocalSend devices fetch a file or folder with a PIN, until disposed. */
export async function lendPath(world: DeliveryWorld, path: string, pin: string): Promise<Disposable> {
  const { deliveries } = near(world)
  return deliveries.offer(await filesAt(world.disk, path), pin)
}

export function deliveryOperations(world: DeliveryWorld): Operations {
  const find = (text: string): Delivery =>
    named(near(world).deliveries.all.current, text, ({ id }) => [id], 'near/no-delivery', 'delivery')
  return {
    deliveries: () => near(world).deliveries.all.current.map(deliveryView),
    async deliver({ body }) {
      const { deliveries, devices } = near(world)
      const device = findDevice(devices, body.to)
      if (device.kind !== 'localsend') {
        throw fail('input', 'near/not-localsend', `${device.name} does not speak LocalSend`, {
          hint: 'Pair it, and send: kith send FILE DEVICE',
        })
      }
      return deliveryView(deliveries.send(device.id, await filesAt(world.disk, body.path), body.pin))
    },
    answerDelivery: ({ params, body }) => near(world).deliveries.answer(find(params.id).id, body.yes),
    cancelDelivery: ({ params }) => near(world).deliveries.cancel(find(params.id).id),
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

function deliveryView({ id, way, name, what, files, size, done, state, fault, paths, at }: Delivery): DeliveryView {
  const view = { id, way, device: name, what, files, size, done, state, paths, at }
  return fault === undefined ? view : { ...view, fault: faultView(fault) }
}
