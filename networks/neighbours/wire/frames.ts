import type { Frame } from '@kith/core/network/taps.ts'
import { ETHERNET_BYTES } from '@kith/wire/ethernet/offload.ts'

/** As long as Linux makes them. */
export const LONGEST_FRAME: number = ETHERNET_BYTES + 65_535
const HEAD_BYTES = 6
const PARTIAL = 1

/**
 * Frames one behind the other, as they travel: `flags 8 | segment 16 | length 24 | frame …`. Whoever gathers them says
 * when they leave.
 */
export class FrameBatch {
  readonly #bytes = new Uint8Array(HEAD_BYTES + LONGEST_FRAME)
  readonly #most: number
  readonly #leave: (bytes: Uint8Array) => void
  #length = 0

  /** @param most bytes that go together; one longer frame goes alone */
  constructor(most: number, leave: (bytes: Uint8Array) => void) {
    this.#most = most
    this.#leave = leave
  }

  add({ bytes, partial, segment }: Frame): void {
    if (bytes.length > LONGEST_FRAME) return
    if (this.#length + HEAD_BYTES + bytes.length > this.#most) this.flush()
    const at = this.#length
    const into = this.#bytes
    into[at] = partial ? PARTIAL : 0
    into[at + 1] = segment >> 8
    into[at + 2] = segment
    into[at + 3] = bytes.length >> 16
    into[at + 4] = bytes.length >> 8
    into[at + 5] = bytes.length
    into.set(bytes, at + HEAD_BYTES)
    this.#length = at + HEAD_BYTES + bytes.length
    if (this.#length >= this.#most) this.flush()
  }

  flush(): void {
    if (this.#length === 0) return
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    this.#leave(bytes)
  }
}

/** Frames of a batch, as views; it ends at the first that makes no sense. */
export function* framesIn(batch: Uint8Array): Generator<Frame> {
  for (let at = 0; at + HEAD_BYTES <= batch.length;) {
    const length = (batch[at + 3]! << 16) | (batch[at + 4]! << 8) | batch[at + 5]!
    const start = at + HEAD_BYTES
    if (length < ETHERNET_BYTES || length > LONGEST_FRAME || start + length > batch.length) return
    yield {
      bytes: batch.subarray(start, start + length),
      partial: (batch[at]! & PARTIAL) !== 0,
      segment: (batch[at + 1]! << 8) | batch[at + 2]!,
    }
    at = start + length
  }
}
