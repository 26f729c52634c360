import type { WishFacts } from '@kith/core/transfer/wish.ts'
import { encodeTorrent, torrentFileName } from '../wire/create.ts'
import type { Hint } from '../wire/hint.ts'
import { parseInfo } from '../wire/metainfo.ts'

/** The `.torrent` that a hint makes; undefined while the info dictionary is not known. */
export function documentOf(hint: Hint): { readonly fileName: string; readonly bytes: Uint8Array } | undefined {
  if (hint.info === undefined) return undefined
  return { fileName: torrentFileName(parseInfo(hint.info).layout.name), bytes: encodeTorrent(hint.info, hint) }
}

/** What the maker of the torrent says of it. */
export function factsOf(hint: Hint): WishFacts {
  return {
    private: hint.info !== undefined && parseInfo(hint.info).private,
    ...(hint.comment === undefined ? {} : { comment: hint.comment }),
    ...(hint.createdBy === undefined ? {} : { createdBy: hint.createdBy }),
  }
}
