import type { Database } from './database.ts'
import { libraryMigrations } from './library-migrations.ts'
import type { OpenOptions } from './open.ts'
import { openDatabase, setAside } from './open.ts'

/** The database of the library, which can be made anew from the folders. */
export interface LibraryDatabase {
  /** One that cannot be opened is set aside. @throws FaultError `database/…` */
  open(): Database
  /** Gives a damaged one another name, which is told. */
  setAside(): string
}

export function libraryDatabase(path: string, options: OpenOptions): LibraryDatabase {
  return {
    open: () =>
      openDatabase(path, options, {
        migrations: libraryMigrations,
        lost: 'every shared file is read again',
        checked: false,
      }),
    setAside: () => setAside(path, options.clock.now()),
  }
}
