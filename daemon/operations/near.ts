import type { DeviceView, GiftView, NamedDevice } from '@kith/api/near.ts'
import type { AddResponse } from '@kith/api/transfer-changes.ts'
import { fail, type Fault, FaultError, faultOf } from '@kith/core/fault/fault.ts'
import { calledName } from '@kith/core/network/device-names.ts'
import type { Device, Devices, Gift } from '@kith/core/network/devices.ts'
import { endpointText, type Endpoint, type Names } from '@kith/core/network/net.ts'
import type { Membership } from '@kith/core/network/network.ts'
import { parseHostPort } from '@kith/wire/host-port.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import type { Entry } from '../transfers/entry.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { named } from './named.ts'
import type { Publications } from './publications.ts'

export interface NearWorld {
  readonly networks: ReadonlyMap<string, Supervised>
  readonly names: Names
  readonly transfers: Transfers
  readonly publications: Publications
  /** Makes the folder that the user named. */
  folder(path: string): Promise<string>
  view(entry: Entry): AddResponse['transfer']
}

/** A device that is there answers in this time. */
const answerMs = 30_000

type Operations = Pick<
  Handlers,
  | 'devices'
  | 'meet'
  | 'pair'
  | 'acceptDevice'
  | 'forgetDevice'
  | 'shelf'
  | 'deviceTree'
  | 'getShared'
  | 'putOnShelf'
  | 'send'
  | 'gifts'
  | 'takeGift'
  | 'refuseGift'
>

/** The network that has devices, joined. */
type Near = Membership & Required<Pick<Membership, 'devices' | 'gifts' | 'shelf' | 'browse' | 'trees'>>

export function nearOperations(world: NearWorld): Operations {
  const near = (): { readonly id: string; readonly membership: Near } => {
    for (const [id, { membership }] of world.networks) {
      if (membership?.devices !== undefined) return { id, membership: membership as Near }
    }
    throw fail('unavailable', 'near/off', 'Kith is not joined with the devices nearby', {
      hint: 'Switch the network on: kith net on neighbours',
    })
  }
  const find = (text: string): Device => findDevice(near().membership.devices, text)
  return {
    devices: () => near().membership.devices.all.current.map(deviceView),
    async meet({ body }) {
      return deviceView(await near().membership.devices.meet(await endpointOf(world.names, body.address)))
    },
    async pair({ params }) {
      const { id } = find(params.id)
      await near().membership.devices.pair(id)
      return deviceView(find(id))
    },
    async acceptDevice({ params, body }) {
      const { id } = find(params.id)
      await near().membership.devices.accept(id, body.lasting ?? true)
      return deviceView(find(id))
    },
    forgetDevice: ({ params }) => near().membership.devices.forget(find(params.id).id),
    async shelf({ params }) {
      const { id, name } = find(params.id)
      const { membership } = near()
      const items = membership.browse.browse({ network: 'neighbours', key: id, name }, AbortSignal.timeout(answerMs))
      const all = await Array.fromAsync(items)
      return all.map(({ path, size, link }) => ({
        name: path.join('/'),
        size,
        ...(link === undefined ? {} : { link }),
      }))
    },
    deviceTree({ params, query }) {
      const { id } = find(params.id)
      return near().membership.trees.list(id, namesIn(query?.path ?? ''), AbortSignal.timeout(answerMs))
    },
    async getShared({ params, body }) {
      const { id } = find(params.id)
      const directory = body.directory === undefined ? {} : { directory: await world.folder(body.directory) }
      const wish = await near().membership.trees.wish(id, namesIn(body.path), AbortSignal.timeout(answerMs))
      const { entry, duplicate } = await world.transfers.add(wish, directory)
      return { transfer: world.view(entry), duplicate }
    },
    putOnShelf({ body }) {
      const { id, membership } = near()
      return world.publications.begin({ path: body.path, network: id }, async ({ content }) => {
        for (const digest of content.digests) membership.shelf.show(digest, true)
      })
    },
    send({ body }) {
      const { id, membership } = near()
      const to = body.to.map((text) => pairedDevice(membership.devices, text))
      return world.publications.begin({ path: body.path, network: id }, async (wish, layout) => {
        await giveTo(to, (device) => membership.gifts.give(wish, layout.files.length, device.id))
      })
    },
    gifts: () => near().membership.gifts.offered.current.map((gift) => giftView(gift, near().membership.devices)),
    async takeGift({ params, body }) {
      const { gifts } = near().membership
      const gift = findGift(gifts.offered.current, params.id)
      const directory = body.directory === undefined ? {} : { directory: await world.folder(body.directory) }
      const { entry, duplicate } = await world.transfers.add(gifts.wish(gift.id), directory)
      // Not before: where it cannot be fetched now, it is still offered.
      gifts.over(gift.id)
      return { transfer: world.view(entry), duplicate }
    },
    refuseGift({ params }) {
      const { gifts } = near().membership
      gifts.over(findGift(gifts.offered.current, params.id).id)
    },
  }
}

/** Offers to all; one that cannot be asked keeps nobody else from it. @throws FaultError that says who could not */
async function giveTo(to: readonly Device[], give: (device: Device) => Promise<void>): Promise<void> {
  const faults = new Map<string, Fault>()
  await Promise.all(to.map((device) => give(device).catch((error) => void faults.set(device.name, faultOf(error)))))
  const [cause] = faults.values()
  if (cause === undefined) return
  if (to.length === 1) throw new FaultError(cause)
  throw fail(cause.kind, 'near/not-all', `It was not offered to ${[...faults.keys()].join(', ')}: ${cause.message}`, {
    cause,
    hint: 'The others were asked. Send it again to those that were not.',
  })
}

/** The names in a path, however many slashes are between them. */
function namesIn(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '')
}

/** By id or name, as {@link named} says. @throws FaultError `input` */
export function findDevice({ all }: Devices, text: string): Device {
  return deviceIn(all.current, text)
}

/** One that is paired: strangers of the same name are not meant. @throws FaultError `input` */
export function pairedDevice({ all }: Devices, text: string): Device {
  const device = deviceIn(all.current, text, ({ standing, kind }) => standing === 'paired' || kind === 'localsend')
  if (device.standing === 'paired') return device
  if (device.kind === 'localsend') {
    throw fail('input', 'near/localsend', `${device.name} speaks LocalSend: files are delivered to it`)
  }
  throw fail('input', 'near/not-paired', `${device.name} is not paired with this device`, {
    hint: `kith pair ${device.id.slice(0, 8)}`,
  })
}

function deviceIn(all: readonly Device[], text: string, sooner?: (device: Device) => boolean): Device {
  return named(all, text, ({ id, name }) => [id, name, calledName(name)], 'near/unknown', 'device', sooner)
}

/** A device as it is shown with something else. */
export function namedDevice({ all }: Devices, id: string): NamedDevice {
  return { id, name: all.current.find((one) => one.id === id)?.name ?? id.slice(0, 8) }
}

function findGift(gifts: readonly Gift[], text: string): Gift {
  return named(gifts, text, ({ id, name }) => [id, name], 'near/no-gift', 'gift')
}

export function addressFault(): Error {
  return fail('input', 'near/address', 'That is not an address and a port', { hint: 'For example 192.168.1.7:50123' })
}

async function endpointOf(names: Names, address: string): Promise<Endpoint> {
  const parsed = parseHostPort(address)
  if (parsed === undefined) throw addressFault()
  const [host] = await names.resolve(parsed.host)
  return { host: host!, port: parsed.port }
}

export function deviceView({ id, name, kind, standing, digits, yes, near, relayed, addresses }: Device): DeviceView {
  return {
    id,
    name,
    standing,
    near,
    relayed,
    addresses: addresses.map(endpointText),
    ...(kind === undefined ? {} : { kind }),
    ...(digits === undefined ? {} : { digits }),
    ...(yes === undefined ? {} : { yes }),
  }
}

function giftView({ id, from, name, size, files, at }: Gift, devices: Devices): GiftView {
  return { id, from: namedDevice(devices, from), name, size, files, at }
}
