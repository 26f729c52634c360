import type { Clock } from '@kith/core/network/clock.ts'
import type { Slot } from '@kith/core/transfer/storage.ts'
import { diskFault } from './fault.ts'
import type { ReadPart } from './job.ts'
import { packParts, packStamps } from './packed.ts'
import type { Pool } from './pool.ts'
import { changed, shorter } from './read.ts'
import { SharedSlots } from './slots.ts'

/** Files up to this are opened for each read and each write, in the thread that does it; longer ones stay open. */
export const SHORT_BYTES: number = 1024 * 1024
/** What is on its way from the threads: apart from the memory of transfers, so that slow ones make nobody wait. */
const MEMORY_BYTES = 4 * SHORT_BYTES

/** Bytes of a file and where they go. */
export interface ShortRead extends ReadPart {
  /** Together as long as the part. */
  readonly into: readonly Uint8Array[]
}

/** Memory that is given out from the front, and whole again when nobody has any of it. */
interface Room {
  readonly slot: Slot
  used: number
  users: number
}

/**
 * Reads short files in other threads. Opening a file, looking at it and closing it are calls of their own, and each
 * costs this thread more than it costs the system; there they are made in a row, for many files with one message.
 */
export class ShortReads implements Disposable {
  readonly #pool: Pool
  readonly #memory: SharedSlots
  readonly #waiting: (() => void)[] = []
  #room: Room | undefined

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool
    this.#memory = new SharedSlots({ clock, slotBytes: SHORT_BYTES, memoryBytes: MEMORY_BYTES })
  }

  /**
   * @throws FaultError `disk/…`, also for a part that is longer than any short file; `unavailable` `share/changed` for a
   * file that is not what its stamp says
   */
  async read(parts: readonly ShortRead[]): Promise<void> {
    const beyond = parts.find(({ length }) => length > SHORT_BYTES)
    if (beyond !== undefined) throw shorter(beyond.path)
    const jobs: Promise<void>[] = []
    for (let from = 0; from < parts.length;) {
      let length = parts[from]!.length
      let to = from + 1
      for (; to < parts.length && length + parts[to]!.length <= SHORT_BYTES; to++) length += parts[to]!.length
      jobs.push(this.#readSome(from === 0 && to === parts.length ? parts : parts.slice(from, to), length))
      from = to
    }
    if (jobs.length === 1) return jobs[0]
    for (const job of await Promise.allSettled(jobs)) if (job.status === 'rejected') throw job.reason
  }

  async #readSome(parts: readonly ShortRead[], length: number): Promise<void> {
    let room = this.#take(length)
    while (room === undefined) {
      await new Promise<void>((freed) => this.#waiting.push(freed))
      room = this.#take(length)
    }
    try {
      const memory = room.slot.bytes.subarray(room.used - length, room.used)
      const answer = await this.#pool.run({
        kind: 'read',
        memory,
        parts: packParts(parts),
        stamps: packStamps(parts),
      })
      if (answer.kind === 'failed') throw diskFault(answer.error, 'read the file', answer.error.path ?? parts[0]!.path)
      if (answer.kind === 'short') throw shorter(answer.path)
      if (answer.kind === 'changed') throw changed()
      let at = 0
      for (const { into } of parts) {
        for (const buffer of into) {
          buffer.set(memory.subarray(at, at + buffer.length))
          at += buffer.length
        }
      }
    } finally {
      this.#give(room)
    }
  }

  /** Room for so many bytes, which end at `used`; undefined when all is in use. */
  #take(length: number): Room | undefined {
    if (this.#room !== undefined && this.#room.used + length > SHORT_BYTES) this.#room = undefined
    if (this.#room === undefined) {
      const slot = this.#memory.lease(SHORT_BYTES)
      if (slot === undefined) return undefined
      this.#room = { slot, used: 0, users: 0 }
    }
    this.#room.used += length
    this.#room.users++
    return this.#room
  }

  #give(room: Room): void {
    room.users--
    if (room.users > 0) return
    if (this.#room === room) this.#room = undefined
    room.slot.release()
    for (const freed of this.#waiting.splice(0)) freed()
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]()
  }
}
