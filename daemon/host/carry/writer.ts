import { writeSync } from 'node:fs'
import { agrees } from '@kith/core/transfer/proof.ts'
import { leafHash } from '../disk/algorithms.ts'
import type { Turns } from '../disk/turns.ts'
import { FileError } from './file-error.ts'
import type { WritePart } from './orders.ts'
import type { Ring } from './ring.ts'

/** What is being written. */
interface Current {
  readonly what: WritePart
  /** The run that is being written, and bytes of it that are. */
  run: number
  written: number
}

export interface WriterWorld {
  readonly ring: Ring
  readonly turns: Turns
  readonly thread: number
  /** Nothing has come for a while. */
  idle(): void
}

/** Hashes and writes what comes, one after another. */
export class Writer {
  readonly #world: WriterWorld
  /** What came and is not written. */
  #bytes: Uint8Array = new Uint8Array()

  constructor(world: WriterWorld) {
    this.#world = world
  }

  /** Blocks until it is written. Whether it is what was expected. @throws `FileError`, `Stopped` */
  write(what: WritePart): boolean {
    const { ring, idle } = this.#world
    const { start, end, algorithm } = what.check
    const current: Current = { what, run: 0, written: 0 }
    const running = leafHash(algorithm).start()
    for (let left = end - start; left > 0;) {
      if (this.#bytes.length === 0) this.#bytes = ring.next(idle)
      const part = this.#bytes.subarray(0, left)
      running.update(part)
      this.#put(current, part)
      left -= part.length
      this.#bytes = this.#bytes.subarray(part.length)
      if (this.#bytes.length === 0) ring.empty()
    }
    return agrees(what.check, running.digest())
  }

  #put(current: Current, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const { file, path, position, length } = current.what.runs[current.run]!
      const part = Math.min(length - current.written, bytes.length - at)
      try {
        using _turn = this.#world.turns.take(file, this.#world.thread)
        const written = writeSync(file, bytes, at, part, position + current.written)
        current.written += written
        at += written
      } catch (error) {
        throw new FileError('write the file', path, error)
      }
      if (current.written < length) continue
      current.run++
      current.written = 0
    }
  }
}
