import { digestOf } from '@kith/core/content/digest.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { aichDigester } from './aich.ts'
import type { Aich } from './aich.ts'
import { bt2Digester } from './bt2.ts'
import type { Bt2File } from './bt2.ts'
import type { Digester } from './digester.ts'
import { ed2kDigester } from './ed2k.ts'
import type { Ed2k } from './ed2k.ts'
import type { Kernels } from './kernels.ts'
import { shaDigester } from './sha.ts'
import { tigerTreeDigester } from './tiger-tree.ts'
import type { TigerTree } from './tiger-tree.ts'

/** What each algorithm gives for a file, by the names of core's digests. */
export interface FileDigests {
  readonly sha1: Uint8Array
  readonly sha256: Uint8Array
  readonly md5: Uint8Array
  readonly tth: TigerTree
  readonly ed2k: Ed2k
  readonly aich: Aich
  readonly btpr: Bt2File
}

export type FileAlgorithm = keyof FileDigests

/** Every algorithm works on this much, in bytes, before the next one does, so that it is still in the cache. */
const stepBytes = 256 * 1024
/** The finest level that version 2 torrents of large files usually have. */
const defaultPieceLength = 1024 * 1024

/** All of `algorithms` from one pass over a file. `pieceLength` is that of the layer in `btpr`. */
export function manyDigests<Name extends FileAlgorithm>(
  algorithms: readonly Name[],
  kernels: Kernels,
  pieceLength: number = defaultPieceLength,
): Digester<Pick<FileDigests, Name>> {
  const makers: { readonly [Name in FileAlgorithm]: () => Digester<FileDigests[Name]> } = {
    sha1: () => shaDigester('sha1'),
    sha256: () => shaDigester('sha256'),
    md5: () => shaDigester('md5'),
    tth: () => tigerTreeDigester(kernels.tiger),
    ed2k: () => ed2kDigester(kernels.md4),
    aich: aichDigester,
    btpr: () => bt2Digester(pieceLength),
  }
  const digesters = algorithms.map((name) => [name, makers[name]()] as const)
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += stepBytes) {
        const step = bytes.subarray(at, at + stepBytes)
        for (const [, digester] of digesters) digester.update(step)
      }
    },
    digest: () =>
      Object.fromEntries(digesters.map(([name, digester]) => [name, digester.digest()])) as Pick<FileDigests, Name>,
  }
}

/** The names of a file that follow from its digests. */
export function namesOf({ sha1, sha256, md5, tth, ed2k, aich, btpr }: Partial<FileDigests>): Digest[] {
  const names: Digest[] = []
  if (sha1 !== undefined) names.push(digestOf('sha1', sha1))
  if (sha256 !== undefined) names.push(digestOf('sha256', sha256))
  if (md5 !== undefined) names.push(digestOf('md5', md5))
  if (tth !== undefined) names.push(digestOf('tth', tth.root))
  if (ed2k !== undefined) names.push(digestOf('ed2k', ed2k.root))
  if (aich !== undefined) names.push(digestOf('aich', aich.root))
  if (btpr?.root !== undefined) names.push(digestOf('btpr', btpr.root))
  return names
}
