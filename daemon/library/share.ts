import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Share } from '@kith/core/share/share.ts'
import type { SharedFiles } from '../host/disk/shared-files.ts'
import type { Catalogue } from './catalogue.ts'
import type { LibraryFile, SharedFolder } from './folder.ts'

/** A file of the library as the networks see it. Digests that are not known are looked up when somebody asks. */
export function shareOf(
  catalogue: Catalogue,
  reader: SharedFiles,
  folder: SharedFolder,
  file: LibraryFile,
  knownDigests?: readonly Digest[],
): Share {
  const known = { digests: knownDigests }
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
      if (digests !== undefined) catalogue.digests.give(digests, sumOf(into))
    },
    place(start, end) {
      const at = catalogue.at(file)
      const place = at === undefined ? undefined : reader.place(at, start, end)
      if (place !== undefined && digests !== undefined) catalogue.digests.give(digests, end - start)
      return place
    },
  }
}

function sumOf(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0)
}

/** Whether it may be given to anybody. */
export function isOffered(file: LibraryFile | undefined): file is LibraryFile {
  return file !== undefined && file.state === 'known' && !file.absent
}
