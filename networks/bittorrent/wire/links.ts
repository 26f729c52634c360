import { fail } from '@kith/core/fault/fault.ts'
import type { Content } from '@kith/core/content/content.ts'
import { digestBy } from '@kith/core/content/content.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { digest } from '@kith/core/content/digest.ts'
import type { FileKind, LinkKind } from '@kith/core/network/links.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { fromBase32 } from '@kith/wire/bytes.ts'
import type { FileRange } from '@kith/wire/magnet.ts'
import { formatMagnet as formatLink, parseMagnet } from '@kith/wire/magnet.ts'
import { parseEndpoint } from './compact.ts'
import type { Hint } from './hint.ts'
import { emptyHint, encodeHint, tidyTiers } from './hint.ts'
import { mostFiles } from './limits.ts'
import { parseTorrent } from './metainfo.ts'

/** Peers that a link of ours names: enough to begin with where no tracker answers. */
const mostPeersInLink = 10

/** A magnet link with a version 1 info-hash (BEP 9, 53). Each of its trackers is a tier of its own. */
export const magnet: LinkKind = {
  scheme: 'magnet',
  parse(text) {
    const link = parseMagnet(text)
    const infoHash = digestBy(link, 'btih')
    if (infoHash === undefined) return undefined
    const { name, size } = link
    const hint: Hint = {
      ...emptyHint,
      trackers: tidyTiers(link.trackers.map((url) => [url])),
      webSeeds: link.webSeeds,
      peers: link.peers.flatMap((peer) => parseEndpoint(endpointText(peer)) ?? []),
      ...(name === undefined ? {} : { name }),
    }
    return wish(
      { digests: [infoHash], ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size }) },
      hint,
      link.select,
    )
  },
}

/** An info-hash and nothing else: 40 digits of base 16, or 32 of base 32. */
export const bareHash: LinkKind = {
  scheme: '',
  parse(text) {
    const infoHash = infoHashIn(text.trim())
    return infoHash === undefined ? undefined : wish({ digests: [infoHash] }, emptyHint)
  },
}

export const torrentFile: FileKind = {
  extension: 'torrent',
  mediaType: 'application/x-bittorrent',
  // A dictionary, and the length of its first key.
  recognise: (head) => head[0] === 0x64 && head[1] !== undefined && head[1] >= 0x30 && head[1] <= 0x39,
  parse(bytes) {
    const { infoHash, info, layout, trackers, webSeeds, httpSeeds, comment, createdBy, createdAt } = parseTorrent(bytes)
    const { name, size } = layout
    const hint: Hint = {
      trackers,
      peers: [],
      webSeeds,
      httpSeeds,
      info,
      name,
      ...(comment === undefined ? {} : { comment }),
      ...(createdBy === undefined ? {} : { createdBy }),
      ...(createdAt === undefined ? {} : { createdAt }),
    }
    return wish({ digests: [infoHash], name, size }, hint)
  },
}

/** A magnet link with everything that helps to find the torrent. @throws FaultError `input` `bittorrent/no-info-hash` */
export function formatMagnet(hint: Hint, content: Content): string {
  const infoHash = digestBy(content, 'btih')
  if (infoHash === undefined) {
    throw fail('input', 'bittorrent/no-info-hash', 'Nothing is known that BitTorrent could find it by')
  }
  const { name = hint.name, size } = content
  return formatLink({
    digests: [infoHash],
    ...(name === undefined ? {} : { name }),
    ...(size === undefined ? {} : { size }),
    trackers: hint.trackers.flat(),
    webSeeds: hint.webSeeds,
    peers: hint.peers.slice(0, mostPeersInLink),
  })
}

function wish(content: Content, hint: Hint, select?: readonly FileRange[]): Wish {
  const hints = { bittorrent: encodeHint(hint) }
  return select === undefined ? { content, hints } : { content, hints, select: indicesIn(select) }
}

function infoHashIn(text: string): Digest | undefined {
  if (/^[0-9a-f]{40}$/i.test(text)) return digest(`btih:${text}`)
  const bytes = /^[a-z2-7]{32}$/i.test(text) ? fromBase32(text) : undefined
  return bytes === undefined ? undefined : digest(`btih:${bytes.toHex()}`)
}

/** Each index once, in order, of files that a torrent can have. */
function indicesIn(ranges: readonly FileRange[]): number[] {
  const set = RangeSet.of(ranges.map(({ first, last }) => ({ start: first, end: Math.min(last + 1, mostFiles) })))
  return [...set].flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at))
}
