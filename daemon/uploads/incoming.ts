import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { freeBytes } from '../host/disk/space.ts'
import type { PartialFile } from '../host/files/partial.ts'
import { spoken } from './spoken.ts'

/**
 * Who brings a file and was silent for so long makes room for who asks how much is there: a phone that slept does not know that
 * its old connection still stands here.
 */
const livelyMs = 5_000

export interface IncomingOptions {
  readonly clock: Clock
  readonly size: number
  /** Where it lies until it is whole, and in which folder that is. */
  readonly partial: PartialFile
  readonly folder: string
  /** Puts it in its place once it is whole. */
  place(partial: PartialFile): Promise<void>
  /** Something changed: it was begun, broke off or is whole. */
  changed?(): void
}

interface Going {
  readonly ended: AbortController
  readonly done: Promise<unknown>
}

/** One file that comes in as many goes as it takes, one at a time. */
export class Incoming {
  readonly #options: IncomingOptions
  #received = 0
  #isWhole = false
  #going: Going | undefined
  /** When it last moved, in milliseconds since the epoch. */
  movedAt: number

  constructor(options: IncomingOptions, movedAt: number = options.clock.now()) {
    this.#options = options
    this.movedAt = movedAt
  }

  get size(): number {
    return this.#options.size
  }

  /** Bytes that are there. */
  get received(): number {
    return this.#received
  }

  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Whether somebody brings it now. */
  get isComing(): boolean {
    return this.#going !== undefined
  }

  /** Finds what a run before left; `isWhole` says that it is in its place already. What lacks that only is put there. */
  async restore(isWhole: boolean): Promise<void> {
    const { partial } = this.#options
    this.#isWhole = isWhole
    this.#received = isWhole ? this.size : Math.min(await partial.size(), this.size)
    // Left where a run ended in the middle of putting it in its place; where that cannot go, it does no harm.
    if (isWhole) return partial.remove().catch(() => {})
    if (this.#received < this.size) return
    // Where that fails, it fails for whoever goes on with it, and is told to them.
    await this.take(this.size, new Blob([]).stream()).catch(() => {})
  }

  /** Bytes that are there, for who wants to go on. @throws FaultError `unavailable` `upload/busy` */
  async offset(): Promise<number> {
    const going = this.#going
    if (going !== undefined) {
      if (this.#options.clock.now() < this.movedAt + livelyMs) throw this.#busy()
      going.ended.abort(fail('gone', 'upload/broken', 'Somebody else goes on with it'))
      await going.done
    }
    return this.#received
  }

  /**
   * Goes on at `start`, as far as the bytes go; what came stays when they break off.
   * @param length how many will come, where that is known
   * @throws FaultError `upload/busy`, `upload/offset`, `upload/size`, `upload/space`, `upload/broken`, `disk/…`
   */
  async take(start: number, bytes: AsyncIterable<Uint8Array>, length?: number): Promise<void> {
    const there = await this.offset()
    if (this.#going !== undefined) throw this.#busy()
    if (start !== there) throw fail('input', 'upload/offset', `${there} bytes are there, and ${start} were said`)
    if (length !== undefined && start + length > this.size) throw this.#tooLong()
    if (this.#isWhole) return
    const ended = new AbortController()
    const work = this.#write(start, bytes, ended.signal)
    const going = { ended, done: Promise.allSettled([work]) }
    this.#going = going
    this.movedAt = this.#options.clock.now()
    this.#options.changed?.()
    try {
      await work
    } finally {
      this.#going = undefined
      this.movedAt = this.#options.clock.now()
      this.#options.changed?.()
    }
  }

  async #write(start: number, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { clock, partial, folder, size } = this.#options
    if (size - start > (await freeBytes(folder))) {
      throw fail('local', 'upload/space', 'There is not as much space on the disk of Kith’s machine')
    }
    const isTooLong = { yes: false }
    try {
      await partial.write(start, this.#counted(spoken(bytes, clock, signal), isTooLong))
    } finally {
      // What lies there now is what counts: not all that came may have been written.
      this.#received = Math.min(await partial.size(), size)
    }
    if (isTooLong.yes) {
      // It is not the file that was agreed to.
      await partial.remove()
      this.#received = 0
      throw this.#tooLong()
    }
    if (this.#received < size) return
    await this.#options.place(partial)
    this.#isWhole = true
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>, isTooLong: { yes: boolean }): AsyncGenerator<Uint8Array, void> {
    for await (const part of bytes) {
      if (this.#received + part.length > this.size) {
        isTooLong.yes = true
        return
      }
      yield part
      this.#received += part.length
      this.movedAt = this.#options.clock.now()
    }
  }

  #busy(): Error {
    return fail('unavailable', 'upload/busy', 'It is on its way already', { retryAt: this.movedAt + livelyMs })
  }

  #tooLong(): Error {
    return fail('input', 'upload/size', 'The file is not as long as was said')
  }

  /** Takes no more, and leaves what is there. */
  async stop(reason: Error): Promise<void> {
    this.#going?.ended.abort(reason)
    await this.#going?.done
  }

  /** Takes no more, and takes away what is not whole. */
  async drop(reason: Error): Promise<void> {
    await this.stop(reason)
    if (this.#isWhole) return
    await this.#options.partial.remove()
    this.#received = 0
  }
}
