import { fail } from '@kith/core/fault/fault.ts'
import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { Digests, Slot, Slots, Storage } from '@kith/core/transfer/storage.ts'
import { hash } from '@kith/wire/hash/sha.ts'

/** Slots of ordinary memory. */
export function memorySlots(count: number, size: number = 256 * 1024): Slots {
  const free = Array.from({ length: count }, () => new Uint8Array(size))
  const watchers = new Set<() => void>()
  return {
    size,
    has() {
      return free.length > 0
    },
    lease(): Slot | undefined {
      const bytes = free.pop()
      if (bytes === undefined) return undefined
      return {
        bytes,
        release() {
          free.push(bytes)
          for (const watcher of watchers) watcher()
        },
      }
    },
    watch(freed) {
      watchers.add(freed)
      return { [Symbol.dispose]: () => void watchers.delete(freed) }
    },
  }
}

/** A disk of a simulated host, that can be full. */
export class MemoryDisk implements Storage {
  readonly bytes: Uint8Array
  full = false

  constructor(size: number, content?: Uint8Array) {
    this.bytes = content?.slice() ?? new Uint8Array(size)
  }

  async commit(slot: Slot, length: number, offset: number, check: Check | undefined): Promise<boolean> {
    if (this.full) throw fail('local', 'disk/full', 'The disk is full')
    const bytes = slot.bytes.subarray(0, length)
    if (check !== undefined && !digest(check.algorithm, bytes).every((byte, at) => byte === check.expected[at]))
      return false
    this.bytes.set(bytes, offset)
    return true
  }

  async read(offset: number, into: readonly Uint8Array[]): Promise<void> {
    let at = offset
    for (const part of into) {
      part.set(this.bytes.subarray(at, at + part.length))
      at += part.length
    }
  }

  async digests(start: number, end: number, leaf: number, algorithm: LeafAlgorithm): Promise<Digests> {
    const out: Uint8Array[] = []
    for (let at = start; at < end; at += leaf)
      out.push(digest(algorithm, this.bytes.subarray(at, Math.min(at + leaf, end))))
    return { bytes: Uint8Array.from(out.flatMap((one) => [...one])), present: new Uint8Array(out.length).fill(1) }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function digest(algorithm: LeafAlgorithm, bytes: Uint8Array): Uint8Array {
  if (algorithm === 'sha1' || algorithm === 'sha256') return hash(algorithm, bytes)
  throw new Error(`the simulated disk has no ${algorithm}`)
}
