import type { FolderView } from '@kith/api/access.ts'
import type { FileWindow, PieceMap, SourceView } from '@kith/api/transfer-parts.ts'
import type { Transfer, TransferDetails } from '@kith/api/transfers.ts'
import { priorityWords } from '@kith/api/transfer-parts.ts'

const digest = 'c9e15763f722f23e98a29decdfae341b98d53056'

export function madeUpDetails(row: Transfer): TransferDetails {
  return {
    ...row,
    digests: [`sha1:${digest}`],
    links: [`magnet:?xt=urn:btih:${digest}&dn=${encodeURIComponent(row.name)}`],
    comment: 'Made for looking at',
    createdBy: 'kith 0.1.0',
    private: false,
    files: 3_000,
    pieceLength: 1_048_576,
    pieces: Math.ceil((row.size ?? 0) / 1_048_576),
    wasted: 65_536,
    banned: [],
    gateways: [
      {
        address: 'https://tracker.example/announce',
        kind: 'tracker',
        state: 'attached',
        note: '12 complete, 40 not',
        nextAt: Date.now() + 900_000,
      },
      {
        address: 'udp://tracker.example.org:6969',
        kind: 'tracker',
        state: 'failed',
        fault: { code: 'tracker/silent', kind: 'gone', message: 'The tracker does not answer' },
      },
    ],
  }
}

export function madeUpFiles(from: number, count: number): FileWindow {
  const total = 3_000
  const rows = Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, at) => {
    const index = from + at
    const size = 1_000_000 + index * 7_919
    return {
      index,
      path: `Big Buck Bunny/part ${Math.floor(index / 20)}/scene-${index}.mkv`,
      size,
      had: index % 3 === 0 ? size : Math.floor(size * ((index % 10) / 10)),
      priority: priorityWords[index % 11 === 0 ? 0 : 2],
    }
  })
  return { total, from, rows }
}

export function madeUpSources(now: number): SourceView[] {
  const clients = ['qBittorrent 5.2.1', 'Transmission 4.1', 'Kith 0.1.0', undefined, 'libtorrent 2.1']
  const reasons = ['has nothing that we lack', 'gives to others now', 'all 4 slots are full']
  return Array.from({ length: 14 }, (_, at) => ({
    network: at % 6 === 5 ? 'edonkey' : 'bittorrent',
    name: `198.51.100.${at + 7}:${51_000 + at}`,
    client: clients[at % clients.length],
    via: at === 4 ? 'http' : 'tcp',
    downRate: at % 3 === 0 ? Math.round(400_000 + 100_000 * Math.sin(now / 4_000 + at)) : 0,
    upRate: at % 4 === 0 ? 40_000 : 0,
    received: at % 3 === 0 ? 84_000_000 - at * 4_000_000 : 0,
    progress: at % 2 === 0 ? 1 : at / 14,
    asked: 0,
    idle: at % 3 === 0 ? undefined : reasons[at % reasons.length],
    incoming: at % 5 === 0,
    taking: at % 4 === 0,
    parole: at === 7,
  }))
}

export function madeUpPieces(progress: number, buckets: number): PieceMap {
  const parts = Buffer.alloc(buckets)
  for (let at = 0; at < buckets; at++) {
    const luck = (at * 7_919) % 997
    parts[at] = luck / 997 < progress ? 255 : (luck * 13) % 90
    if (progress === 1) parts[at] = 255
  }
  return { buckets: parts.toString('base64') }
}

export function madeUpFolder(path: string): FolderView {
  const clean = path.replace(/\/$/, '') || '/'
  const parent = clean.replace(/\/[^/]*$/, '') || '/'
  return {
    path: clean,
    ...(clean !== '/' && { parent }),
    freeBytes: 182_400_000_000,
    writable: true,
    entries: [
      { name: 'Downloads', folder: true },
      { name: 'Films', folder: true },
      { name: 'notes.txt', folder: false, size: 1_204 },
    ],
  }
}
