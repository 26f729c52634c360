import type { LibraryItem } from '@kith/api/library.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Transfers } from '../transfers/transfers.ts'

/** What is complete here, the newest first. */
export function libraryOperations(transfers: Transfers): Pick<Handlers, 'library'> {
  return {
    library({ query }) {
      const words = (query?.filter ?? '').toLowerCase().split(/\s+/).filter(Boolean)
      const items: LibraryItem[] = []
      for (const entry of transfers) {
        const { record } = entry
        if (record.completedAt === undefined || record.diskName === undefined) continue
        if (!words.every((word) => record.name.toLowerCase().includes(word))) continue
        items.push({
          transfer: record.id,
          name: record.name,
          size: record.size ?? 0,
          files: entry.layout?.files.filter(({ padding }) => padding !== true).length ?? 0,
          path: `${record.directory}/${record.diskName}`,
          digests: record.digests,
          networks: [...record.hints.keys()],
          given: entry.state === 'giving',
          up: record.up,
          completedAt: record.completedAt,
        })
      }
      items.sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0))
      const from = query?.from ?? 0
      return { total: items.length, from, rows: items.slice(from, from + (query?.count ?? 100)) }
    },
  }
}
