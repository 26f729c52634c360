import type { Digest } from '@kith/core/content/digest.ts'
import { algorithmOf } from '@kith/core/content/digest.ts'
import type { Entry } from './entry.ts'

/** Names of torrents: nothing but the torrent itself gives them. */
const ofTorrents: readonly string[] = ['btih', 'btmh']

/** By which torrents a file is known that was fetched or is given here as the only one of its torrent. */
export function digestsAt(
  entries: Iterable<Pick<Entry, 'record' | 'layout'>>,
  path: string,
  size: number,
): readonly Digest[] {
  const found = new Set<Digest>()
  for (const { record, layout } of entries) {
    if (record.completedAt === undefined || record.size !== size) continue
    if (layout?.files.length !== 1 || `${record.directory}/${record.diskName}` !== path) continue
    for (const digest of record.digests) if (ofTorrents.includes(algorithmOf(digest))) found.add(digest)
  }
  return [...found]
}
