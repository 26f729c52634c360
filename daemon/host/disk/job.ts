import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { SystemError } from './fault.ts'

/** Bytes [at, at + length) of a job's memory, and their place in an open file. */
export interface Write {
  readonly at: number
  /** Descriptors belong to the process, so those of the main thread are good in a worker. */
  readonly fd: number
  readonly position: number
  readonly length: number
}

/** A run of bytes to be hashed. */
export type Run =
  | { readonly kind: 'zeros'; readonly length: number }
  /** A file at or below `root`; no folder between the two may be a link. */
  | {
      readonly kind: 'file'
      readonly root: string
      readonly path: string
      readonly position: number
      readonly length: number
    }

export interface CommitJob {
  readonly kind: 'commit'
  /** Shared memory, so nothing is copied on the way to the worker. */
  readonly memory: Uint8Array
  /** Without an expected digest it is only computed. */
  readonly check: { readonly algorithm: LeafAlgorithm; readonly expected: Uint8Array | undefined } | undefined
  readonly writes: readonly Write[]
}

export interface DigestsJob {
  readonly kind: 'digests'
  readonly runs: readonly Run[]
  readonly leaf: number
  readonly algorithm: LeafAlgorithm
}

/** Files that the device is to have when the job is done; none of the folders between `root` and `path` may be a link. */
export interface FlushJob {
  readonly kind: 'flush'
  readonly files: readonly { readonly root: string; readonly path: string }[]
}

export type Job = CommitJob | DigestsJob | FlushJob

export type Answer =
  /** With the digest, where there was a check. */
  | { readonly kind: 'committed'; readonly right: boolean; readonly digest?: Uint8Array }
  | { readonly kind: 'digests'; readonly bytes: Uint8Array; readonly present: Uint8Array }
  | { readonly kind: 'flushed' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly error: SystemError }

/** What a worker is told. */
export type Order =
  /** Several small commits travel together, because a message costs as much as hashing 16 KiB. */
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
