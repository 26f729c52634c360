import { fail } from '@kith/core/fault/fault.ts'
import { digestOf } from '@kith/core/content/digest.ts'
import type { Body, Publication, Publish, PublishOptions } from '@kith/core/network/facets.ts'
import { concat } from '@kith/wire/bytes.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { choosePieceLength, encodeInfo, encodeTorrent, torrentFileName } from '../wire/create.ts'
import type { Hint } from '../wire/hint.ts'
import { encodeHint } from '../wire/hint.ts'
import { formatMagnet } from '../wire/links.ts'
import { parseInfo } from '../wire/metainfo.ts'
import { trackerUrl } from '../wire/tracker-url.ts'

/** Bytes hashed with one question, and questions open at once: both cores are busy, and progress moves. */
const batchBytes = 32 * 1024 * 1024
const batchesOpen = 3

/** Makes torrents of bytes on our own disk. `createdBy` is what they say of us; undefined says nothing. */
export function publish(createdBy: string | undefined, now: () => number): Publish {
  return {
    async publish(body, options, signal): Promise<Publication> {
      const { layout } = body
      const trackers = (options.gateways ?? []).map((tier) => tier.map(trackerUrl))
      const pieceLength = options.leaf ?? choosePieceLength(layout.size)
      const pieces = await digests(body, pieceLength, options, signal)
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

async function digests(
  body: Body,
  pieceLength: number,
  options: PublishOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { size } = body.layout
  const step = Math.max(1, Math.floor(batchBytes / pieceLength)) * pieceLength
  const parts: Uint8Array[] = []
  const open = new Set<Promise<void>>()
  let done = 0
  const batch = async (start: number): Promise<void> => {
    const end = Math.min(size, start + step)
    const { bytes, present } = await body.digests(start, end, pieceLength, 'sha1', signal)
    if (present.includes(0)) throw fail('local', 'publish/changed', 'The files changed while they were read')
    parts[start / step] = bytes
    done += end - start
    options.progress?.(done)
  }
  for (let start = 0; start < size; start += step) {
    signal.throwIfAborted()
    const task = batch(start).finally(() => open.delete(task))
    open.add(task)
    if (open.size >= batchesOpen) await Promise.race(open)
  }
  await Promise.all(open)
  return concat(parts)
}
