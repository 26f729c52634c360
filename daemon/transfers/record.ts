import type { Digest } from '@kith/core/content/digest.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Priority } from '@kith/core/transfer/picker.ts'

/** What is kept of a transfer while it is not running, and over a restart. */
export interface TransferRecord {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly addedAt: number
  completedAt: number | undefined
  /** `done` was complete and reached its share limit: it rests until somebody resumes it. */
  wanted: 'running' | 'paused' | 'done'
  name: string
  /** What it is called on disk; decided when the layout is known. */
  diskName: string | undefined
  /** Bytes. */
  size: number | undefined
  digests: readonly Digest[]
  /** Folder that the file or folder is in. */
  directory: string
  label: string | undefined
  /** Per file; files beyond the end are wanted as usual. */
  priorities: readonly Priority[]
  /** Indices of the files wanted, chosen before anybody knew the files. */
  select: readonly number[] | undefined
  sequential: boolean
  /** Bytes per second. */
  downLimit: number | undefined
  upLimit: number | undefined
  /** Payload bytes since it was added, earlier runs included. */
  down: number
  up: number
  /** Seconds that it was complete and running. */
  givingSeconds: number
  hints: ReadonlyMap<NetworkId, Uint8Array>
}
