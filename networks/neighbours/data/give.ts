import type { Budget } from '@kith/core/limits/budget.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Place } from '@kith/core/transfer/storage.ts'
import type { AskedRange } from '../wire/ranges.ts'
import type { DataLine } from './line.ts'
import { lengthOf, Questions } from './questions.ts'

/** What one read of the disk brings: large reads are cheap, and twice this much memory is held for each line. */
const READ_BYTES = 512 * 1024
/** Short files are read beside each other. */
const MOST_READS = 32

/** A run of bytes that are read from one place. */
export interface Stretch {
  readonly length: number
  /** @throws FaultError */
  read(at: number, into: Uint8Array): Promise<void>
  /** Where it lies, for a thread that reads it itself; undefined where that cannot be. @throws FaultError */
  place(): Promise<Place> | undefined
}

/** A content that we have, or a part of one. */
export interface Held {
  readonly size: number
  /** What is counted on; the network's own budget without it. */
  readonly budget?: Budget
  /** The ranges as stretches, looked up each time; undefined when one of them is not given (any more). */
  stretches(ranges: readonly AskedRange[]): readonly Stretch[] | undefined
  gave(bytes: number): void
}

/** Bytes of a stretch. */
interface Part {
  readonly of: Stretch
  readonly at: number
  readonly length: number
}

/** Parts that fit one room of memory together, and are few enough to be read beside each other. */
function* batches(stretches: readonly Stretch[]): Generator<readonly Part[]> {
  let parts: Part[] = []
  let room = READ_BYTES
  for (const of of stretches) {
    for (let at = 0; at < of.length;) {
      const length = Math.min(room, of.length - at)
      parts.push({ of, at, length })
      at += length
      room -= length
      if (room > 0 && parts.length < MOST_READS) continue
      yield parts
      parts = []
      room = READ_BYTES
    }
  }
  if (parts.length > 0) yield parts
}

/** Two rooms in turn: one is read into while the other is on its way out. */
class Rooms {
  readonly #rooms: Uint8Array[] = []
  #leaving: Promise<void>[] = [Promise.resolve(), Promise.resolve()]

  /** The room that was used the longest ago, once its bytes have left. */
  async free(): Promise<Uint8Array> {
    await this.#leaving[0]
    if (this.#rooms.length < 2) this.#rooms.unshift(new Uint8Array(READ_BYTES))
    return this.#rooms[0]!
  }

  /** What was free is on its way; call what comes back when it has left. */
  leaves(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#leaving = [this.#leaving[1]!, promise]
    this.#rooms.push(this.#rooms.shift()!)
    return resolve
  }
}

/**
 * Gives a content over a line to whoever asks: questions are frames of ranges, and each answer begins with how many bytes
 * follow, four bytes, highest first; 0 where they are not given. Answers come in the order of the questions.
 */
export function giveOver(line: DataLine, held: Held, log: Log): void {
  // One pair for all answers: what was read and has not left is never more.
  const rooms = new Rooms()
  const questions = new Questions(held.size, log, {
    async answer(ranges, signal) {
      const stretches = held.stretches(ranges)
      const head = new Uint8Array(4)
      new DataView(head.buffer).setUint32(0, stretches === undefined ? 0 : lengthOf(ranges))
      line.send(head)
      if (stretches === undefined) return
      for (const parts of batches(stretches)) {
        const room = await rooms.free()
        if (signal.aborted) return
        let filled = 0
        await Promise.all(parts.map(({ of, at, length }) => of.read(at, room.subarray(filled, (filled += length)))))
        if (signal.aborted) return
        line.send(room.subarray(0, filled), rooms.leaves())
        held.gave(filled)
      }
    },
    close: (fault) => line.close(fault),
  })
  line.open({ receive: (bytes) => questions.receive(bytes), ended: (fault) => questions.stop(fault) })
}
