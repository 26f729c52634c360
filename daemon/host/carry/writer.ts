import { writeSync } from 'node:fs'
import { fail } from '@kith/core/fault/fault.ts'
import { agrees } from '@kith/core/transfer/proof.ts'
import { leafHash, type Running } from '../disk/algorithms.ts'
import type { Turns } from '../disk/turns.ts'
import { FileError } from './file-error.ts'
import type { WriteOrder } from './orders.ts'

/** What is being written. */
interface Current {
  readonly order: WriteOrder
  readonly running: Running
  left: number
  /** The run that is being written, and bytes of it that are. */
  run: number
  written: number
}

export interface WriterWorld {
  readonly turns: Turns
  readonly thread: number
  /** The next order. */
  next(): WriteOrder | undefined
  done(right: boolean): void
}

/** Hashes and writes what comes, order after order. */
export class Writer {
  readonly #world: WriterWorld
  #current: Current | undefined

  constructor(world: WriterWorld) {
    this.#world = world
  }

  /** @throws `FileError`, FaultError `peer` when nobody ordered so many */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const current = (this.#current ??= this.#begin())
      const part = bytes.subarray(at, at + current.left)
      current.running.update(part)
      this.#put(current, part)
      current.left -= part.length
      at += part.length
      if (current.left > 0) return
      this.#world.done(agrees(current.order.check, current.running.digest()))
      this.#current = undefined
    }
  }

  #begin(): Current {
    const order = this.#world.next()
    if (order === undefined) throw fail('peer', 'neighbours/message', 'The device sends what nobody asked for')
    const { start, end, algorithm } = order.check
    return { order, running: leafHash(algorithm).start(), left: end - start, run: 0, written: 0 }
  }

  #put(current: Current, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const { file, path, position, length } = current.order.runs[current.run]!
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
