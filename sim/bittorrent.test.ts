import { bittorrent } from '@kith/bittorrent/index.ts'
import type { Settings } from '@kith/bittorrent/settings.ts'
import { encodeInfo } from '@kith/bittorrent/wire/create.ts'
import { emptyHint, encodeHint } from '@kith/bittorrent/wire/hint.ts'
import { digestOf } from '@kith/core/content/digest.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { fetchSuite } from './conformance/fetch.ts'

const pieceLength = 32 * 1024

fetchSuite<Settings>({
  network: bittorrent,
  settings: defaults(bittorrent.settings),
  async content(bytes) {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += pieceLength)
      pieces.push(hash('sha1', bytes.subarray(at, at + pieceLength)))
    const layout = {
      name: 'file',
      single: true,
      size: bytes.length,
      files: [{ path: ['file'], offset: 0, size: bytes.length }],
    }
    const info = encodeInfo({
      layout,
      pieceLength,
      pieces: Uint8Array.from(pieces.flatMap((one) => [...one])),
      private: false,
    })
    return {
      content: { digests: [digestOf('btih', hash('sha1', info))] },
      // Who begins has nothing but the info-hash, and gets the description from the others (BEP 9).
      hint: (peers, complete) => encodeHint({ ...emptyHint, peers, ...(complete ? { info } : {}) }),
    }
  },
})
