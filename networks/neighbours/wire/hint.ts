import { fail } from '@kith/core/fault/fault.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from './device-id.ts'
import { MOST_MANIFEST_BYTES } from './manifest.ts'

/** What is kept with a transfer: its manifest once known, and devices that are said to have it. */
export interface Hint {
  readonly manifest?: Uint8Array
  /** Device ids. */
  readonly from: readonly string[]
}

export const emptyHint: Hint = { from: [] }

/** Devices that are remembered for one transfer. */
const MOST_FROM = 64

export function encodeHint({ manifest, from }: Hint): Uint8Array<ArrayBuffer> {
  return encode({ manifest, from: from.slice(0, MOST_FROM).map(idBytes) })
}

/** @throws FaultError `input` `neighbours/hint` */
export function decodeHint(bytes: Uint8Array): Hint {
  const read = attempt(() => {
    const dict = decodeDict(bytes, { maxBytes: MOST_MANIFEST_BYTES + 4_096, maxDepth: 2, maxItems: 256 })
    const manifest = dict.bytes('manifest')
    return {
      from: [...(dict.list('from')?.needBytes() ?? [])].slice(0, MOST_FROM).map(deviceId),
      ...(manifest === undefined ? {} : { manifest: manifest.slice() }),
    }
  })
  if (read.ok) return read.value
  throw fail('input', 'neighbours/hint', 'What was kept with this transfer cannot be read', { cause: read.fault })
}

export function mergeHints(known: Hint, news: Hint): Hint {
  const manifest = known.manifest ?? news.manifest
  return {
    from: [...new Set([...news.from, ...known.from])].slice(0, MOST_FROM),
    ...(manifest === undefined ? {} : { manifest }),
  }
}
