import type { Digest } from '@kith/core/content/digest.ts'
import { algorithmOf } from '@kith/core/content/digest.ts'
import { formatEd2kLink } from '@kith/wire/ed2k-link.ts'
import { torrentOf } from '@kith/wire/hash/version2.ts'
import { formatMagnet } from '@kith/wire/magnet.ts'

/** The links that name one file to the networks. */
export interface ContentLinks {
  readonly magnet: string
  readonly ed2k: string
}

/**
 * `parts` are the digests of its parts on eDonkey, one after the other; empty where the file is one part. The magnet
 * names the version 2 torrent of the file alone as well: it follows from what is known.
 */
export function contentLinks(name: string, size: number, digests: readonly Digest[], parts: Uint8Array): ContentLinks {
  const btpr = digests.find((one) => algorithmOf(one) === 'btpr')
  const isNamed = btpr === undefined || digests.some((one) => algorithmOf(one) === 'btmh')
  return {
    magnet: formatMagnet({ digests: isNamed ? digests : [...digests, torrentOf(name, size, btpr)], name, size }),
    ed2k: formatEd2kLink({
      kind: 'file',
      name,
      size,
      digests,
      urls: [],
      sources: [],
      ...(parts.length === 0 ? {} : { parts }),
    }),
  }
}
