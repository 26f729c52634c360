import type { Digest } from '@kith/core/content/digest.ts'
import { bytesOf, digestOf } from '@kith/core/content/digest.ts'
import { encode } from '../bencode.ts'
import { sha256 } from './sha.ts'
import { libraryPieceLength } from './whole.ts'

/**
 * The name of the version 2 torrent (BEP 52) that has a file alone, from its `btpr`: the SHA-256 of an info dictionary
 * that everybody writes the same who gives it this name and pieces of 1 MiB, and nothing that need not be in it.
 */
export function torrentOf(name: string, size: number, btpr: Digest): Digest {
  const file = { length: size, 'pieces root': bytesOf(btpr) }
  const info = { 'file tree': { [name]: { '': file } }, 'meta version': 2, name, 'piece length': libraryPieceLength }
  return digestOf('btmh', sha256(encode(info)))
}
