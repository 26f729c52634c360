import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Share } from '@kith/core/share/share.ts'
import type { SharedFiles } from '../host/disk/shared-files.ts'
import type { Catalogue } from './catalogue.ts'
import type { LibraryFile, SharedFolder } from './folder.ts'

/** A file of the library as the networks see it. Its digests are looked up when somebody asks for them. */
export function shareOf(catalogue: Catalogue, reader: SharedFiles, folder: SharedFolder, file: LibraryFile): Share {
  const known: { digests?: readonly Digest[] } = {}
  const { id, name, dir, size, modified, digests } = file
  return {
    id: String(id),
    content: {
      get digests() {
        return (known.digests ??= digests === undefined ? [] : catalogue.digests.digests(digests))
      },
      size,
      name,
    },
    path: [folder.name, ...(dir === '' ? [] : dir.split('/')), name],
    audience: folder.audience,
    ...(folder.networks === undefined ? {} : { networks: folder.networks }),
    modifiedAt: modified,
    trees: () => (digests === undefined ? undefined : catalogue.digests.trees(digests, size)),
    async read(offset, into) {
      const at = catalogue.at(file)
      if (at === undefined) throw fail('unavailable', 'share/absent', 'The disk of this file is not there now')
      await reader.read(at, offset, into)
    },
  }
}

/** Whether it may be given to anybody. */
export function isOffered(file: LibraryFile | undefined): file is LibraryFile {
  return file !== undefined && file.state === 'known' && !file.absent
}
