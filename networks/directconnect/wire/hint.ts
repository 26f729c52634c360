import { fail } from '@kith/core/fault/fault.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'

/** What Direct Connect keeps with a transfer. */
export interface Hint {
  /** Bytes. */
  readonly size?: number
  readonly name?: string
  /** One level of the Tiger tree, 24 bytes each, checked against its root. */
  readonly leaves?: Uint8Array
}

const mostBytes = 512 * 1024

export function encodeHint({ size, name, leaves }: Hint): Uint8Array<ArrayBuffer> {
  return encode({ size, name, leaves })
}

/** @throws FaultError `input` `directconnect/hint` */
export function decodeHint(bytes: Uint8Array): Hint {
  const decoded = attempt(() => {
    const dict = decodeDict(bytes, { maxDepth: 1, maxBytes: mostBytes, maxItems: 16 })
    return { size: dict.integer('size'), name: dict.text('name'), leaves: dict.bytes('leaves')?.slice() }
  })
  const size = decoded.ok ? decoded.value.size : -1
  if (!decoded.ok || (size !== undefined && size < 0)) {
    throw fail('input', 'directconnect/hint', 'What was kept with this transfer cannot be read')
  }
  const { name, leaves } = decoded.value
  return {
    ...(size === undefined ? {} : { size }),
    ...(name === undefined ? {} : { name }),
    ...(leaves === undefined ? {} : { leaves }),
  }
}

/** What both say comes from `known`. */
export function mergeHints(known: Hint, news: Hint): Hint {
  return { ...news, ...known }
}
