import { FaultError } from '@kith/core/fault/fault.ts'
import { decodeAnnounced, decodeScrape, encodeAnnounced, parseAnnounceQuery } from '@kith/bittorrent/wire/announce.ts'
import {
  decodeUdpRequest,
  decodeUdpResponse,
  encodeUdpRequest,
  encodeUdpResponse,
} from '@kith/bittorrent/wire/udp-tracker.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { FuzzTarget } from '../target.ts'

function survives(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
  }
}

const peers = [{ host: '10.0.0.1', port: 6881, id: new Uint8Array(20) }]
const hash = new Uint8Array(20).fill(7)
const announce = { infoHash: hash, peerId: hash, port: 1, uploaded: 0, downloaded: 0, left: 0, wanted: 50, key: 1 }

const targets: readonly FuzzTarget[] = [
  {
    name: 'bittorrent-tracker-http',
    seeds: [
      encodeAnnounced({ interval: 60, minimumInterval: 30, seeds: 1, others: 1, peers, compact: true, noPeerId: true }),
      encodeAnnounced({
        interval: 60,
        minimumInterval: 30,
        seeds: 1,
        others: 1,
        peers,
        compact: false,
        noPeerId: false,
      }),
      utf8('info_hash=%00%01aaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=1&left=0&compact=1'),
    ],
    run(input) {
      survives(() => decodeAnnounced(input, 0))
      survives(() => decodeScrape(input, input.subarray(0, 20)))
      survives(() => parseAnnounceQuery(new TextDecoder('latin1').decode(input)))
    },
  },
  {
    name: 'bittorrent-tracker-udp',
    seeds: [
      encodeUdpRequest({ kind: 'connect', transaction: 1 }),
      encodeUdpRequest({ kind: 'announce', transaction: 1, connection: 2n, path: '/announce/x', ...announce }),
      encodeUdpRequest({ kind: 'scrape', transaction: 1, connection: 2n, infoHashes: [hash] }),
      encodeUdpResponse({ kind: 'announce', transaction: 1, announced: { interval: 60, peers } }, 4),
    ],
    run(input) {
      survives(() => decodeUdpRequest(input))
      survives(() => decodeUdpResponse(input, 4))
      survives(() => decodeUdpResponse(input, 6))
    },
  },
]

export default targets
