import { fail } from '@kith/core/fault/fault.ts'
import type { Gift, Gifts } from '@kith/core/network/devices.ts'
import type { Host } from '@kith/core/network/host.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Lines } from '../lines.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { encodeHint } from '../wire/hint.ts'
import { decodeGiven, encodeGiven, type Given } from '../wire/messages.ts'

/** Gifts that wait for an answer; a device that sends more has to wait. */
const MOST_OFFERED = 200
/** Of one device: nobody takes the room of the others. */
const MOST_OF_ONE = 50

interface Offered {
  readonly gift: Gift
  readonly given: Given
}

/** Gifts, and the door where those of others arrive. */
export interface GiftDesk extends Gifts {
  /** False when too many wait already. */
  arrived(from: string, given: Given): boolean
}

/** Sending with consent. What waits is kept over restarts. */
export function gifts(host: Pick<Host, 'keep' | 'clock' | 'journal'>, lines: Lines): GiftDesk {
  const waiting = new Map(kept(host).map((one) => [one.gift.id, one]))
  const offered = value<readonly Gift[]>([])
  const settle = (): void => {
    offered.set([...waiting.values()].map(({ gift }) => gift))
    const all = [...waiting.values()].map(({ gift, given }) => ({
      from: idBytes(gift.from),
      at: gift.at,
      given: encodeGiven(given),
    }))
    host.keep.set('gifts', all.length === 0 ? undefined : encode({ gifts: all }))
  }
  settle()
  return {
    offered,
    async give({ content }, files, to) {
      const { digests, size, name } = content
      const given: Given = { digests, name: name ?? 'unnamed', size: size ?? 0, files }
      // The same thing from the same device is the same gift, however often it is offered.
      await lines.ask(to, { method: 'POST', target: '/gift', body: encodeGiven(given) }, true)
    },
    wish(id) {
      const found = waiting.get(id)
      if (found === undefined) throw fail('input', 'neighbours/no-gift', 'Nobody offers that any more')
      const { given, gift } = found
      const { name, size } = given
      // Other digests are what a stranger says of it; this one is proven with the first byte.
      const digests = given.digests.filter((one) => one.startsWith('kith:'))
      return {
        content: { digests, name, size },
        hints: { neighbours: encodeHint({ from: [gift.from] }) },
      }
    },
    over(id) {
      if (waiting.delete(id)) settle()
    },
    arrived(from, given) {
      const gift = giftOf(from, given, host.clock.now())
      const own = [...waiting.values()].filter((one) => one.gift.from === from).length
      if (!waiting.has(gift.id) && (waiting.size >= MOST_OFFERED || own >= MOST_OF_ONE)) return false
      waiting.set(gift.id, { gift, given })
      settle()
      host.journal.tell('gift/offered', gift.id, { from, name: gift.name, size: gift.size })
      return true
    },
  }
}

/** The same thing from the same device is the same gift. */
function giftOf(from: string, given: Given, at: number): Gift {
  const manifest = given.digests.find((one) => one.startsWith('kith:'))!
  return {
    id: `${from.slice(0, 8)}${manifest.slice('kith:'.length, 'kith:'.length + 8)}`,
    from,
    name: given.name,
    size: given.size,
    files: given.files,
    at,
  }
}

function kept({ keep }: Pick<Host, 'keep'>): readonly Offered[] {
  const bytes = keep.get('gifts')
  if (bytes === undefined) return []
  const read = attempt(() => {
    const list = decodeDict(bytes, { maxDepth: 4 }).list('gifts')
    return [...(list?.needDicts() ?? [])].map((one): Offered => {
      const given = decodeGiven(one.needBytes('given'))
      return { given, gift: giftOf(deviceId(one.needBytes('from')), given, one.needInteger('at')) }
    })
  })
  return read.ok ? read.value : []
}
