import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Log } from '@kith/core/network/log.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { lengthPrefixed } from '@kith/wire/framing.ts'
import { type AskedRange, MOST_QUESTION_BYTES, parseRanges } from '../wire/ranges.ts'
import type { DataLine } from './line.ts'

/** What one read of the disk brings: large reads are cheap, and twice this much memory is held for each line. */
const READ_BYTES = 512 * 1024
/** Short files are read beside each other. */
const MOST_READS = 32
/** Questions that wait may ask for so much; a device of ours asks for 16 MiB ahead, and 4 MiB more at the most. */
const MOST_ASKED_BYTES = 64 * 1024 * 1024

/** A run of bytes that are read from one place. */
export interface Stretch {
  readonly length: number
  /** @throws FaultError */
  read(at: number, into: Uint8Array): Promise<void>
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

function lengthOf(ranges: readonly AskedRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
}

/**
 * Gives a content over a line to whoever asks: questions are frames of ranges, and each answer begins with how many bytes
 * follow, four bytes, highest first; 0 where they are not given. Answers come in the order of the questions.
 */
export function giveOver(line: DataLine, held: Held, log: Log): void {
  const frames = lengthPrefixed(MOST_QUESTION_BYTES)
  const waiting: (readonly AskedRange[])[] = []
  const stop = new AbortController()
  // One pair for all answers: what was read and has not left is never more.
  const rooms = new Rooms()
  let asked = 0
  let giving = false

  async function giveAll(): Promise<void> {
    giving = true
    try {
      for (let ranges = waiting.shift(); ranges !== undefined && !stop.signal.aborted; ranges = waiting.shift()) {
        await give(ranges)
        asked -= lengthOf(ranges)
      }
    } catch (error) {
      const fault = faultOf(error, 'give to a device')
      log.debug('a device is given no more', { fault })
      line.close(fault)
    }
    giving = false
  }

  async function give(ranges: readonly AskedRange[]): Promise<void> {
    const stretches = held.stretches(ranges)
    const head = new Uint8Array(4)
    new DataView(head.buffer).setUint32(0, stretches === undefined ? 0 : lengthOf(ranges))
    line.send(head)
    if (stretches === undefined) return
    for (const parts of batches(stretches)) {
      const room = await rooms.free()
      if (stop.signal.aborted) return
      let filled = 0
      await Promise.all(parts.map(({ of, at, length }) => of.read(at, room.subarray(filled, (filled += length)))))
      if (stop.signal.aborted) return
      line.send(room.subarray(0, filled), rooms.leaves())
      held.gave(filled)
    }
  }

  line.open({
    receive(bytes) {
      try {
        for (const frame of frames.frames(bytes)) {
          const ranges = parseRanges(lossyText(frame), held.size, MOST_ASKED_BYTES - asked)
          asked += lengthOf(ranges)
          waiting.push(ranges)
        }
      } catch (error) {
        return line.close(faultOf(error, 'hear a device'))
      }
      if (!giving && waiting.length > 0) void giveAll()
    },
    ended(fault?: Fault) {
      stop.abort(fault ?? fail('gone', 'neighbours/data-ended', 'The device wants no more'))
    },
  })
}
