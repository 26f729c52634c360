import { createHash, hash } from 'node:crypto'
import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { tigerRoot, tigerTreeDigester } from '@kith/wire/hash/tiger-tree.ts'
import { batchHeight, leafBytes, TigerKernel, tigerSize } from '@kith/wire/hash/tiger.ts'
import { blake3 } from './blake3.ts'

/** A digest that is fed in parts. */
export interface Running {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}

export interface LeafHash {
  /** Bytes of a digest. */
  readonly size: number
  /** Everything in one call, which is the fastest. */
  of(bytes: Uint8Array): Uint8Array
  start(): Running
  readonly joins?: Joiner
}

/** Makes the digest over all out of those over parts. */
export interface Joiner {
  /** Whether it can where every part but the last has so many bytes. */
  can(part: number): boolean
  /** @param digests of the parts, one after another */
  of(digests: Uint8Array): Uint8Array
}

function native(name: string, size: number): LeafHash {
  return {
    size,
    of: (bytes) => hash(name, bytes, 'buffer'),
    start() {
      const running = createHash(name)
      return { update: (bytes) => void running.update(bytes), digest: () => running.digest() }
    },
  }
}

/** The node of a Tiger tree above an aligned block. The kernel is opened by the first block, once for each thread. */
function tiger(): LeafHash {
  let opened: TigerKernel | undefined
  const kernel = (): TigerKernel => (opened ??= new TigerKernel())
  return {
    size: tigerSize,
    of: (bytes) => tigerRoot(kernel(), kernel().level(bytes, batchHeight)),
    start() {
      const running = tigerTreeDigester(kernel())
      return { update: (bytes) => running.update(bytes), digest: () => running.digest().root }
    },
    joins: {
      can: (part) => part >= leafBytes && Number.isInteger(Math.log2(part)),
      of: (digests) => tigerRoot(kernel(), digests),
    },
  }
}

const table: Partial<Record<LeafAlgorithm, LeafHash>> = {
  sha1: native('sha1', 20),
  sha256: native('sha256', 32),
  blake3: blake3(),
  tth: tiger(),
}

/** @throws FaultError `disk/algorithm` when the workers cannot compute it */
export function leafHash(algorithm: LeafAlgorithm): LeafHash {
  const found = table[algorithm]
  if (found === undefined) throw fail('input', 'disk/algorithm', `Nothing here computes ${algorithm} digests`)
  return found
}

/** Undefined where digests over parts say nothing about the whole. */
export function joiner(algorithm: LeafAlgorithm): Joiner | undefined {
  return table[algorithm]?.joins
}
