import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { lengthPrefixed } from '@kith/wire/framing.ts'
import { type AskedRange, MOST_QUESTION_BYTES, parseRanges } from '../wire/ranges.ts'

/** Questions that wait may ask for so much; a device of ours asks for 32 MiB ahead, or for two cells of 16 MiB. */
const MOST_ASKED_BYTES = 64 * 1024 * 1024

export interface QuestionsWorld {
  /** Resolves when the next one may be answered. @throws FaultError */
  answer(ranges: readonly AskedRange[], signal: AbortSignal): Promise<void>
  /** The other side is not answered any more. */
  close(fault: Fault): void
}

export function lengthOf(ranges: readonly AskedRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
}

/** Hears which ranges of a content somebody asks for, frame by frame, and has one question after another answered. */
export class Questions {
  readonly #size: number
  readonly #log: Log
  readonly #world: QuestionsWorld
  readonly #frames = lengthPrefixed(MOST_QUESTION_BYTES)
  readonly #waiting: (readonly AskedRange[])[] = []
  readonly #stop = new AbortController()
  #asked = 0
  #answering = false

  /** @param size of the content, in bytes */
  constructor(size: number, log: Log, world: QuestionsWorld) {
    this.#size = size
    this.#log = log
    this.#world = world
  }

  receive(bytes: Uint8Array): void {
    try {
      for (const frame of this.#frames.frames(bytes)) {
        const ranges = parseRanges(lossyText(frame), this.#size, MOST_ASKED_BYTES - this.#asked)
        this.#asked += lengthOf(ranges)
        this.#waiting.push(ranges)
      }
    } catch (error) {
      return this.#world.close(faultOf(error, 'hear a device'))
    }
    if (!this.#answering && this.#waiting.length > 0) void this.#answerAll()
  }

  /** Nobody wants any more. */
  stop(fault: Fault | undefined): void {
    this.#stop.abort(fault ?? fail('gone', 'neighbours/data-ended', 'The device wants no more'))
  }

  async #answerAll(): Promise<void> {
    const { signal } = this.#stop
    this.#answering = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined && !signal.aborted; next = this.#waiting.shift()) {
        await this.#world.answer(next, signal)
        this.#asked -= lengthOf(next)
      }
    } catch (error) {
      const fault = faultOf(error, 'give to a device')
      this.#log.debug('a device is given no more', { fault })
      this.#world.close(fault)
    }
    this.#answering = false
  }
}
