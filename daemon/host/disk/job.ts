import type { Fault } from '@kith/core/fault/fault.ts'
import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { Stamp } from '../hash/stamp.ts'
import type { SystemError } from './fault.ts'
import type { Place } from './held.ts'
import type { Packed } from './packed.ts'

/** Bytes [at, at + length) of a job's memory, and their place in a file. */
interface Write {
  readonly at: number
  readonly position: number
  readonly length: number
}

/** To an open file. Descriptors belong to the process, so those of the main thread are good in a worker. */
export interface OpenWrite extends Write {
  readonly fd: number
}

/** To a file that is opened for these bytes alone, and made if need be. */
export interface ShortWrite extends Write, Place, OpenOptions {}

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
  /** Without an expected digest it is only computed. */
  readonly check: { readonly algorithm: LeafAlgorithm; readonly expected: Uint8Array | undefined } | undefined
  readonly open: readonly OpenWrite[]
  /** What `packWrites` gives. */
  readonly short?: Packed | undefined
}

export interface DigestsJob {
  readonly kind: 'digests'
  /** What `packRuns` gives. */
  readonly runs: Packed
  readonly leaf: number
  readonly algorithm: LeafAlgorithm
}

/** Files that the device is to have when the job is done. */
export interface FlushJob {
  readonly kind: 'flush'
  readonly files: Packed
}

/** Bytes of short files, one after another into shared memory; each file is opened for them alone. */
export interface ReadJob {
  readonly kind: 'read'
  readonly memory: Uint8Array
  /** What `packParts` gives. */
  readonly parts: Packed
  /** What `packStamps` gives. */
  readonly stamps?: string | undefined
}

/** Part of a short file. */
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

/** Lists a file, or a folder with all that is in it. */
export interface WalkJob {
  readonly kind: 'walk'
  readonly path: string
}

export type Job = CommitJob | DigestsJob | FlushJob | ReadJob | OpenJob | WalkJob

/** Files in order. */
export interface WalkAnswer {
  readonly kind: 'walked'
  /** From the folder down, names separated by `/` and paths by zeros; empty for the file itself. */
  readonly paths: string
  /** For each its bytes, and 1 for a program. */
  readonly numbers: Float64Array
  readonly single: boolean
}

export type Answer =
  /** With the digest, where there was a check. */
  | { readonly kind: 'committed'; readonly right: boolean; readonly digest?: Uint8Array }
  | { readonly kind: 'digests'; readonly bytes: Uint8Array; readonly present: Uint8Array }
  | { readonly kind: 'flushed' }
  | { readonly kind: 'read' }
  /** The file at `path` is not the one that was asked for, or it is shorter. */
  | { readonly kind: 'changed' | 'short'; readonly path: string }
  | { readonly kind: 'opened'; readonly fd: number }
  | WalkAnswer
  | { readonly kind: 'aborted' }
  | { readonly kind: 'fault'; readonly fault: Fault }
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
