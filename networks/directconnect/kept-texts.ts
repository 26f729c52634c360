import type { Keep } from '@kith/core/network/host.ts'
import { BencodeList, decode, encode } from '@kith/wire/bencode.ts'
import { strictText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'

/** A list of texts that is kept over restarts; what cannot be read is left out. */
export function keptTexts(keep: Keep, key: string): string[] {
  const bytes = keep.get(key)
  const list = bytes === undefined ? undefined : attempt(() => decode(bytes))
  if (list?.ok !== true || !(list.value instanceof BencodeList)) return []
  const texts = [...list.value].map((one) => (one instanceof Uint8Array ? strictText(one) : undefined))
  return texts.filter((text) => text !== undefined)
}

export function keepTexts(keep: Keep, key: string, texts: readonly string[]): void {
  keep.set(key, texts.length === 0 ? undefined : encode(texts))
}
