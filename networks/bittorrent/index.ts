import type { Network } from '@kith/core/network/network.ts'
import { Member } from './member.ts'
import type { Settings } from './settings.ts'
import { settings } from './settings.ts'
import { decodeHint, encodeHint, mergeHints } from './wire/hint.ts'
import { parseInfo } from './wire/metainfo.ts'
import { bareHash, magnet, torrentFile } from './wire/links.ts'

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
