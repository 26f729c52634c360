import { digestOf } from '@kith/core/content/digest.ts'
import type { Publication, Publish } from '@kith/core/network/facets.ts'
import { publishedDigests } from '@kith/core/transfer/published.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { choosePieceLength, encodeInfo, encodeTorrent, torrentFileName } from '../wire/create.ts'
import type { Hint } from '../wire/hint.ts'
import { encodeHint } from '../wire/hint.ts'
import { formatMagnet } from '../wire/links.ts'
import { parseInfo } from '../wire/metainfo.ts'
import { trackerUrl } from '../wire/tracker-url.ts'

/** Makes torrents of bytes on our own disk. `createdBy` is what they say of us; undefined says nothing. */
export function publish(createdBy: string | undefined, now: () => number): Publish {
  return {
    async publish(body, options, signal): Promise<Publication> {
      const { layout } = body
      const trackers = (options.gateways ?? []).map((tier) => tier.map(trackerUrl))
      const pieceLength = options.leaf ?? choosePieceLength(layout.size)
      const leaves = { leaf: pieceLength, algorithm: 'sha1', digestSize: 20 } as const
      const pieces = await publishedDigests(body, leaves, options, signal)
      const info = encodeInfo({ layout, pieceLength, pieces, private: options.private ?? false })
      // Read back as anyone else will read it: what is not the same layout would not be given as it was made.
      const metainfo = parseInfo(info)
      const hint: Hint = {
        trackers,
        peers: [],
        webSeeds: options.webSeeds ?? [],
        httpSeeds: [],
        info,
        name: layout.name,
        createdAt: now(),
        ...(options.comment === undefined ? {} : { comment: options.comment }),
        ...(createdBy === undefined ? {} : { createdBy }),
      }
      const infoHash = digestOf('btih', hash('sha1', info))
      const content = { digests: [infoHash], name: layout.name, size: metainfo.layout.size }
      return {
        document: encodeTorrent(info, hint),
        fileName: torrentFileName(layout.name),
        link: formatMagnet(hint, content),
        size: metainfo.layout.size,
        wish: { content, hints: { bittorrent: encodeHint(hint) } },
      }
    },
  }
}
