import type { Proof } from '@kith/core/transfer/proof.ts'
import type { Description } from '@kith/core/transfer/subject.ts'
import { blockBytesOf } from '@kith/wire/hash/tiger-tree.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import { identityBytes } from './cid.ts'

/** A file and one level of its Tiger tree, or its root, as the engine knows them; undefined when no level has so many leaves. */
export function describeFile(name: string, size: number, level: Uint8Array): Description | undefined {
  const count = level.length / identityBytes
  const leaf = Number.isInteger(count) && count > 0 ? blockBytesOf(size, count) : undefined
  if (leaf === undefined) return undefined
  const proof: Proof = { start: 0, end: size, leaf, algorithm: 'tth', expected: level, digestSize: identityBytes }
  const safe = safeName(name)
  return {
    layout: { name: safe, single: true, size, files: [{ path: [safe], offset: 0, size }] },
    proofs: size === 0 ? [] : [proof],
  }
}
