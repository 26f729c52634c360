import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Audience } from '@kith/core/share/share.ts'
import type { SharedFolder } from '../../library/folder.ts'
import type { Database } from './database.ts'

/** The folders that the user shares. */
export interface SharedFolderStore {
  load(): readonly SharedFolder[]
  add(folder: Omit<SharedFolder, 'id'>): SharedFolder
  change(folder: SharedFolder): void
  remove(id: number): void
}

export function sharedFolderStore(database: Database): SharedFolderStore {
  const columns = ({ name, path, audience, networks, ignore }: Omit<SharedFolder, 'id'>): (string | null)[] => [
    name,
    path,
    audience,
    networks === undefined ? null : JSON.stringify(networks),
    JSON.stringify(ignore),
  ]
  return {
    load: () =>
      database
        .sql('SELECT * FROM shared_folders ORDER BY id')
        .all()
        .map((row) => ({
          id: Number(row['id']),
          name: String(row['name']),
          path: String(row['path']),
          audience: row['audience'] as Audience,
          ...(row['networks'] === null ? {} : { networks: JSON.parse(String(row['networks'])) as NetworkId[] }),
          ignore: JSON.parse(String(row['ignore'])) as string[],
        })),
    add(folder) {
      const { lastInsertRowid } = database
        .sql('INSERT INTO shared_folders (name, path, audience, networks, ignore) VALUES (?, ?, ?, ?, ?)')
        .run(...columns(folder))
      return { ...folder, id: Number(lastInsertRowid) }
    },
    change(folder) {
      database
        .sql('UPDATE shared_folders SET name = ?, path = ?, audience = ?, networks = ?, ignore = ? WHERE id = ?')
        .run(...columns(folder), folder.id)
    },
    remove(id) {
      database.sql('DELETE FROM shared_folders WHERE id = ?').run(id)
    },
  }
}
