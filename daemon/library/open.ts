import { dirname } from 'node:path'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Config } from '../config/config.ts'
import * as settings from '../config/settings.ts'
import type { Database } from '../host/database/database.ts'
import { keepOf } from '../host/database/keep.ts'
import { libraryDatabase } from '../host/database/open-library.ts'
import { sharedFolderStore } from '../host/database/shared-folders.ts'
import type { Disk } from '../host/disk/disk.ts'
import { SharedFiles } from '../host/disk/shared-files.ts'
import { resolved } from '../host/files/list.ts'
import { Hasher } from '../host/hash/hasher.ts'
import type { Paths } from '../paths.ts'
import type { LibraryWorld } from './library.ts'
import { Library } from './library.ts'

export interface OpenLibraryWorld extends Pick<LibraryWorld, 'downloads' | 'tell'> {
  readonly clock: Clock
  readonly log: Log
  readonly config: Config
  readonly database: Database
  readonly paths: Paths
  readonly disk: Disk
}

/** The library with what it reads and hashes by. It follows the settings. */
export interface OpenedLibrary extends AsyncDisposable {
  readonly library: Library
  readonly hasher: Hasher
}

export async function openLibrary(world: OpenLibraryWorld): Promise<OpenedLibrary> {
  await using resources = new AsyncDisposableStack()
  const { clock, config, database, paths, disk, downloads, tell } = world
  const log = world.log.child('library')
  const chosen = config.of('library', settings.library)
  const hasher = new Hasher({ clock })
  const limit = (): void => hasher.limitTo(chosen.current.hashing === 'gentle' ? 1 : undefined)
  limit()
  resources.use(chosen.watch(limit))
  const reader = resources.use(new SharedFiles(disk))
  const forbidden = [paths.state, paths.runtime, dirname(paths.configFile)]
  const library = resources.use(
    new Library({
      clock,
      log,
      database: libraryDatabase(paths.library, { clock, log }),
      folders: sharedFolderStore(database),
      keep: keepOf(database, 'library'),
      hasher,
      reader,
      forbidden: await Promise.all(forbidden.map(resolved)),
      downloads,
      lookAgainMs: () => chosen.current.lookAgainMinutes * 60_000,
      tell,
    }),
  )
  // It ends first: what it hashes for the library is not waited for.
  resources.use(hasher)
  const owned = resources.move()
  return { library, hasher, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() }
}
