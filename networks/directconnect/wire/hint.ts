import { fail } from '@kith/core/fault/fault.ts'
import type { BencodeDict } from '@kith/wire/bencode.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { strictText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'

/** What Direct Connect keeps with a transfer. */
export interface Hint {
  /** Bytes. */
  readonly size?: number
  readonly name?: string
  /** One level of the Tiger tree, 24 bytes each, checked against its root. */
  readonly leaves?: Uint8Array
  /** Keys of users who are said to have it. */
  readonly users?: readonly string[]
  /** Hubs where somebody is said to have it, and who: as `xs` of a link says it. */
  readonly places?: readonly string[]
}

const mostBytes = 512 * 1024
const mostUsers = 50
/** A link must not send us to any number of hubs. */
const mostPlaces = 5
const longestPlace = 512

export function encodeHint({ size, name, leaves, users, places }: Hint): Uint8Array<ArrayBuffer> {
  const short = places?.filter((place) => place.length <= longestPlace).slice(0, mostPlaces)
  return encode({ size, name, leaves, users: users?.slice(0, mostUsers), places: short })
}

/** @throws FaultError `input` `directconnect/hint` */
export function decodeHint(bytes: Uint8Array): Hint {
  const decoded = attempt(() => {
    const dict = decodeDict(bytes, { maxDepth: 2, maxBytes: mostBytes, maxItems: 128 })
    return {
      size: dict.integer('size'),
      name: dict.text('name'),
      leaves: dict.bytes('leaves')?.slice(),
      users: textsIn(dict, 'users', mostUsers),
      places: textsIn(dict, 'places', mostPlaces),
    }
  })
  const size = decoded.ok ? decoded.value.size : -1
  if (!decoded.ok || (size !== undefined && size < 0)) {
    throw fail('input', 'directconnect/hint', 'What was kept with this transfer cannot be read')
  }
  const { name, leaves, users, places } = decoded.value
  return {
    ...(size === undefined ? {} : { size }),
    ...(name === undefined ? {} : { name }),
    ...(leaves === undefined ? {} : { leaves }),
    ...(users.length === 0 ? {} : { users }),
    ...(places.length === 0 ? {} : { places }),
  }
}

function textsIn(dict: BencodeDict, name: string, most: number): string[] {
  const texts = [...(dict.list(name) ?? [])].map((one) => (one instanceof Uint8Array ? strictText(one) : undefined))
  return texts.filter((text) => text !== undefined).slice(0, most)
}

/** What both say comes from `known`. */
export function mergeHints(known: Hint, news: Hint): Hint {
  const both = (name: 'users' | 'places'): Partial<Hint> => {
    const all = [...new Set([...(known[name] ?? []), ...(news[name] ?? [])])]
    return all.length === 0 ? {} : { [name]: all }
  }
  return { ...news, ...known, ...both('users'), ...both('places') }
}
