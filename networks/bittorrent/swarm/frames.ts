import { blockSize } from '@kith/core/transfer/lane.ts'
import { pieceHeaderSize } from '../wire/peer.ts'

/** Blocks in one frame: 1 MiB, what one read and one write move at once. */
const blocks = 64
/** Frames in all: 12 MiB for everyone we give to. */
const most = 12

/** The memory that uploads are read into, shared by all torrents and made when it is first needed. */
export class Frames {
  readonly blocks: number = blocks
  readonly #free: Uint8Array[] = []
  readonly #waiting: (() => void)[] = []
  #made = 0

  lease(): { readonly bytes: Uint8Array; release(): void } | undefined {
    let bytes = this.#free.pop()
    if (bytes === undefined) {
      if (this.#made === most) return undefined
      this.#made++
      bytes = new Uint8Array(blocks * (blockSize + pieceHeaderSize))
    }
    const leased = bytes
    return {
      bytes: leased,
      release: () => {
        this.#free.push(leased)
        // Some do not need it any more: they have nothing to give by now, or their peer has left.
        while (this.#free.length > 0 && this.#waiting.length > 0) this.#waiting.shift()!()
      },
    }
  }

  /** Calls back once when a frame is free, which need not be leased then. */
  wait(ready: () => void): void {
    this.#waiting.push(ready)
  }
}
