import type { Clock } from '@kith/core/network/clock.ts'
import { collectGarbage } from './collect.ts'
import { Descriptors } from './descriptors.ts'
import { Pool } from './pool.ts'
import { ShortReads } from './short-reads.ts'
import { SharedSlots } from './slots.ts'
import type { StorageOptions } from './storage.ts'
import { FileStorage } from './storage.ts'
import { walk, type Walked } from './walk.ts'

export interface DiskOptions {
  readonly clock: Clock
  /** Bytes of memory between sockets and disk. */
  readonly memoryBytes?: number
  /** Bytes in a slot. */
  readonly slotBytes?: number
  /** Threads that hash and write, at most. */
  readonly workers?: number
  /** Called when much memory was dropped; has it collected without it. */
  readonly dropped?: () => void
  /** Files that are open at once. */
  readonly openFiles?: number
}

/** The memory, threads and open files that all transfers share. Nothing of it exists before it is used. */
export class Disk implements AsyncDisposable {
  readonly slots: SharedSlots
  readonly pool: Pool
  readonly descriptors: Descriptors
  readonly short: ShortReads

  constructor(options: DiskOptions) {
    this.slots = new SharedSlots({ dropped: collectGarbage, ...options })
    this.pool = new Pool(options)
    this.descriptors = new Descriptors(this.pool, options.openFiles)
    this.short = new ShortReads(this.pool, options.clock)
  }

  open(options: StorageOptions): FileStorage {
    return new FileStorage(options, this)
  }

  /** See `walk`. */
  walk(path: string, signal?: AbortSignal): Promise<Walked> {
    return walk(this.pool, path, signal)
  }

  /** Storages have to be disposed before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]()
    this.short[Symbol.dispose]()
    this.slots[Symbol.dispose]()
  }
}
