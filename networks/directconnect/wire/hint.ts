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
}

const mostBytes = 512 * 1024
const mostUsers = 50

export function encodeHint({ size, name, leaves, users }: Hint): Uint8Array<ArrayBuffer> {
  return encode({ size, name, leaves, users: users?.slice(0, mostUsers) })
}

/** @throws FaultError `input` `directconnect/hint` */
export function decodeHint(bytes: Uint8Array): Hint {
  const decoded = attempt(() => {
    const dict = decodeDict(bytes, { maxDepth: 2, maxBytes: mostBytes, maxItems: 128 })
    return {
      size: dict.integer('size'),
      name: dict.text('name'),
      leaves: dict.bytes('leaves')?.slice(),
      users: usersIn(dict),
    }
  })
  const size = decoded.ok ? decoded.value.size : -1
  if (!decoded.ok || (size !== undefined && size < 0)) {
    throw fail('input', 'directconnect/hint', 'What was kept with this transfer cannot be read')
  }
  const { name, leaves, users } = decoded.value
  return {
    ...(size === undefined ? {} : { size }),
    ...(name === undefined ? {} : { name }),
    ...(leaves === undefined ? {} : { leaves }),
    ...(users.length === 0 ? {} : { users }),
  }
}

function usersIn(dict: BencodeDict): string[] {
  const users = [...(dict.list('users') ?? [])].map((key) => (key instanceof Uint8Array ? strictText(key) : undefined))
  return users.filter((key) => key !== undefined).slice(0, mostUsers)
}

/** What both say comes from `known`. */
export function mergeHints(known: Hint, news: Hint): Hint {
  const users = [...new Set([...(known.users ?? []), ...(news.users ?? [])])]
  return { ...news, ...known, ...(users.length === 0 ? {} : { users }) }
}
