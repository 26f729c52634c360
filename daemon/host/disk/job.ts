import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { Stamp } from '../hash/stamp.ts'
import type { SystemError } from './fault.ts'
import type { Place } from './held.ts'

/** Bytes [at, at + length) of a job's memory, and their place in a file. */
export interface Write {
  readonly at: number
  readonly to: OpenTo | ShortTo
  readonly position: number
  readonly length: number
}

/** An open file. Descriptors belong to the process, so those of the main thread are good in a worker. */
export interface OpenTo {
  readonly fd: number
}

/** A file that is opened for these bytes alone, and made if need be. */
export type ShortTo = Place & OpenOptions

export interface OpenOptions {
  readonly executable: boolean
  /** Bytes that the file is stretched to when it is made; sparse without it. */
  readonly stretch?: number | undefined
}

/** A run of bytes to be hashed. */
export type Run =
  | { readonly kind: 'zeros'; readonly length: number }
  | (Place & { readonly kind: 'file'; readonly position: number; readonly length: number })

export interface CommitJob {
  readonly kind: 'commit'
  /** Shared memory, so nothing is copied on the way to the worker. */
  readonly memory: Uint8Array
  readonly check: { readonly algorithm: LeafAlgorithm; readonly expected: Uint8Array } | undefined
  readonly writes: readonly Write[]
}

export interface DigestsJob {
  readonly kind: 'digests'
  readonly runs: readonly Run[]
  readonly leaf: number
  readonly algorithm: LeafAlgorithm
}

/** Files that the device is to have when the job is done. */
export interface FlushJob {
  readonly kind: 'flush'
  readonly files: readonly Place[]
}

/** Bytes of short files, one after another into shared memory; each file is opened for them alone. */
export interface ReadJob {
  readonly kind: 'read'
  readonly memory: Uint8Array
  readonly parts: readonly ReadPart[]
}

export interface ReadPart extends Place {
  readonly position: number
  readonly length: number
  /** The file is to be this one, also when it was read. */
  readonly stamp?: Stamp | undefined
}

/** Opens a file for the main thread, which closes it. */
export interface OpenJob extends Place, OpenOptions {
  readonly kind: 'open'
  readonly writable: boolean
}

export type Job = CommitJob | DigestsJob | FlushJob | ReadJob | OpenJob

export type Answer =
  | { readonly kind: 'committed'; readonly right: boolean }
  | { readonly kind: 'digests'; readonly bytes: Uint8Array; readonly present: Uint8Array }
  | { readonly kind: 'flushed' }
  | { readonly kind: 'read' }
  /** The file at `path` is not the one that was asked for, or it is shorter. */
  | { readonly kind: 'changed' | 'short'; readonly path: string }
  | { readonly kind: 'opened'; readonly fd: number }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly error: SystemError }

/** What a worker is told. */
export type Order =
  /** Several small jobs travel together, because a message costs as much as hashing 16 KiB. */
  | { readonly kind: 'work'; readonly id: number; readonly jobs: readonly Job[] }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'end' }

/** What a worker answers: one for each job of the order, in the same order. */
export interface Report {
  readonly id: number
  readonly answers: readonly Answer[]
}

/** What a thread is started with. */
export interface WorkerData {
  /** The memory of `Turns`. */
  readonly turns: SharedArrayBuffer
}
