import { digestBy } from '@kith/core/content/content.ts'
import type { Network } from '@kith/core/network/network.ts'
import { documentOf, factsOf } from './facets/document.ts'
import { Member } from './member.ts'
import type { Settings } from './settings.ts'
import { settings } from './settings.ts'
import { decodeHint, emptyHint, encodeHint, mergeHints } from './wire/hint.ts'
import { parseInfo } from './wire/metainfo.ts'
import { bareHash, formatMagnet, magnet, torrentFile } from './wire/links.ts'

/** BitTorrent, version 1. */
export const bittorrent: Network<Settings> = {
  id: 'bittorrent',
  title: 'BitTorrent',
  reveals: 'Trackers and the peers of a torrent see your address and which torrents you fetch and give.',
  settings,
  links: [magnet, bareHash],
  files: [torrentFile],
  describe(hint) {
    const { info } = decodeHint(hint)
    if (info === undefined) return undefined
    const { layout, proof } = parseInfo(info)
    return { layout, proofs: [proof] }
  },
  facts: (hint) => factsOf(decodeHint(hint)),
  document: (hint) => documentOf(decodeHint(hint)),
  link: (content, hint) => {
    if (digestBy(content, 'btih') === undefined) return undefined
    return formatMagnet(hint === undefined ? emptyHint : decodeHint(hint), content)
  },
  mergeHints: (known, news) => encodeHint(mergeHints(decodeHint(known), decodeHint(news))),
  async join(host, settings) {
    const member = new Member(host, settings)
    try {
      await member.listen()
    } catch (error) {
      await member[Symbol.asyncDispose]()
      throw error
    }
    return member
  },
}
