import type { Check, LeafAlgorithm } from './proof.ts'

/** A piece of shared memory that is filled from sockets and emptied to disk. */
export interface Slot {
  readonly bytes: Uint8Array
  /** Gives the memory back. */
  release(): void
}

/** The memory between sockets and disk; bounded, so an empty pool is back-pressure. */
export interface Slots {
  /** Bytes in a whole slot; what is longer is written in parts. */
  readonly size: number
  /** Memory for so many bytes, a whole slot at the most. Undefined when all is in use: wait for `freed`. */
  lease(length: number): Slot | undefined
  /** Whether so many bytes could be leased now. */
  has(length: number): boolean
  watch(freed: () => void): Disposable
}

/**
 * Digests over parts of a leaf that make up the one over all of it, as in a Tiger tree: so what was written in parts is
 * proven without being read back.
 */
export interface PartDigests {
  /** Whether this algorithm has them, where all parts but the last are `length` bytes long. */
  can(algorithm: LeafAlgorithm, length: number): boolean
  /** Writes as `commit` does without a check, and gives the digest over these bytes. */
  commit(slot: Slot, length: number, offset: number, algorithm: LeafAlgorithm): Promise<Uint8Array>
  /** The digest over all parts, by theirs, one after another. */
  join(digests: Uint8Array, algorithm: LeafAlgorithm): Uint8Array
}

/** A run of bytes in a file that the host has open; what `file` is matters to the host alone. */
export interface FileRun {
  readonly file: number
  /** Where it lies, for people. */
  readonly path: string
  readonly position: number
  readonly length: number
  /** The file is to be the one that the host knows by this, also when it was read. */
  readonly stamp?: string
}

/** Where a range of bytes lies on disk, for a thread of the host that reads or writes them itself. To be disposed when it is done. */
export interface Place extends Disposable {
  /** In order. */
  readonly runs: readonly FileRun[]
}

/** Places of the bytes of a transfer. */
export interface Places {
  /** Whether [start, end) has one: bytes of short files and filler do not. */
  can(start: number, end: number): boolean
  /** Opens the files; nobody moves or removes them before the place is disposed. @throws FaultError `disk/…` */
  open(start: number, end: number): Promise<Place>
}

export interface Digests {
  /** One digest after another. */
  readonly bytes: Uint8Array
  /** 1 for each leaf whose bytes were all there; the digest of another leaf means nothing. */
  readonly present: Uint8Array
}

/**
 * The bytes of a transfer on disk, cut into files as its layout says. Every method may reject with a `local`
 * fault: `disk/full`, `disk/denied`, `disk/gone`, `disk/io`.
 */
export interface Storage extends AsyncDisposable {
  readonly partDigests?: PartDigests
  /** Where threads may read by themselves. */
  readonly reading?: Places
  /** Where they may write, by themselves, what is not had. Files are made. */
  readonly writing?: Places
  /**
   * Hashes the first `length` bytes of the slot, and writes them at `offset` only if they are right. With no
   * check it writes them as they are. True when they were right (and written).
   */
  commit(slot: Slot, length: number, offset: number, check: Check | undefined): Promise<boolean>
  /** Fills the buffers, one after another, from `offset` on; a short file is a fault. */
  read(offset: number, into: readonly Uint8Array[]): Promise<void>
  /** Digests of the leaves of [start, end) as they are on disk, computed in the workers with large reads. */
  digests(start: number, end: number, leaf: number, algorithm: LeafAlgorithm, signal?: AbortSignal): Promise<Digests>
}
