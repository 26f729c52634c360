import type { Keep } from '@kith/core/network/host.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { decodePlan, encodePlan } from '../wire/segments.ts'
import type { SegmentFacts } from './owned.ts'

/** A virtual network of somebody else, as it is written down. */
export interface KeptJoin {
  readonly id: string
  readonly title: string
  readonly owner: string
}

export function keepSegments(keep: Keep, own: readonly SegmentFacts[], joined: readonly KeptJoin[]): void {
  if (own.length + joined.length === 0) return keep.set('segments', undefined)
  const ours = own.map(({ id, title, network, to, hosts }) => ({
    id: Uint8Array.fromHex(id),
    title,
    to: to.map(idBytes),
    plan: encodePlan({
      network,
      host: 2,
      members: [...hosts].map(([device, host]) => ({ device, host, here: false })),
    }),
  }))
  const theirs = joined.map(({ id, title, owner }) => ({ id: Uint8Array.fromHex(id), title, owner: idBytes(owner) }))
  keep.set('segments', encode({ own: ours, joined: theirs }))
}

export function keptSegments(keep: Keep): {
  readonly own: readonly SegmentFacts[]
  readonly joined: readonly KeptJoin[]
} {
  const bytes = keep.get('segments')
  if (bytes === undefined) return { own: [], joined: [] }
  const read = attempt(() => {
    const dict = decodeDict(bytes, { maxDepth: 5 })
    const own = [...(dict.list('own')?.needDicts() ?? [])].map((one): SegmentFacts => {
      const { network, members } = decodePlan(one.needBytes('plan'))
      return {
        id: one.needBytes('id').toHex(),
        title: lossyText(one.needBytes('title')),
        network,
        to: [...(one.list('to')?.needBytes() ?? [])].map(deviceId),
        hosts: new Map(members.map(({ device, host }) => [device, host])),
      }
    })
    const joined = [...(dict.list('joined')?.needDicts() ?? [])].map((one) => ({
      id: one.needBytes('id').toHex(),
      title: lossyText(one.needBytes('title')),
      owner: deviceId(one.needBytes('owner')),
    }))
    return { own, joined }
  })
  return read.ok ? read.value : { own: [], joined: [] }
}
