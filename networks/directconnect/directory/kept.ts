import type { Keep } from '@kith/core/network/host.ts'
import { strictText, utf8 } from '@kith/wire/bytes.ts'

/** A list that is kept over restarts. What was kept and is not a list any more is an empty one. */
export function keptList<Item>(keep: Keep, key: string, isItem: (item: unknown) => item is Item): Item[] {
  try {
    const read: unknown = JSON.parse(strictText(keep.get(key) ?? new Uint8Array()) ?? '')
    return Array.isArray(read) ? read.filter(isItem) : []
  } catch {
    return []
  }
}

export function keepList(keep: Keep, key: string, items: readonly unknown[]): void {
  keep.set(key, items.length === 0 ? undefined : utf8(JSON.stringify(items)))
}
