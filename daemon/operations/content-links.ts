import type { Digest } from '@kith/core/content/digest.ts'
import { formatEd2kLink } from '@kith/wire/ed2k-link.ts'
import { formatMagnet } from '@kith/wire/magnet.ts'

/** The links that name one file to the networks. */
export interface ContentLinks {
  readonly magnet: string
  readonly ed2k: string
}

/** `parts` are the digests of its parts on eDonkey, one after the other; empty where the file is one part. */
export function contentLinks(name: string, size: number, digests: readonly Digest[], parts: Uint8Array): ContentLinks {
  return {
    magnet: formatMagnet({ digests, name, size }),
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
