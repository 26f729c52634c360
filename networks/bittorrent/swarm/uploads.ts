import type { Connection } from '@kith/core/network/net.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { pieceHeader, pieceHeaderSize } from '../wire/peer.ts'
import type { Frames } from './frames.ts'

export interface BlockRequest {
  readonly piece: number
  readonly begin: number
  readonly length: number
}

/** Frames on their way to one peer: one is read while the other is sent. */
const framesPerPeer = 2
/** A peer that takes less than this in a frame's time gets frames of its own size instead of pooled ones. */
const smallFrameBlocks = 4
/** A request for more than this is answered in a frame of its own. */
const usualBlock = 16 * 1024

/**
 * Answers the requests of one peer. Requests that follow each other on disk are read with one call, straight into the
 * gaps between the message headers of a pooled frame, and leave with one write: no byte is copied in JavaScript.
 */
export class Uploads {
  readonly #subject: Subject
  readonly #connection: Connection
  readonly #frames: Frames
  readonly #pieceLength: number
  readonly #sent: (bytes: number) => void
  readonly #failed: (error: unknown) => void
  #queue: BlockRequest[] = []
  #head = 0
  #inFlight = 0
  #closed = false
  #waitingForFrame = false
  /** Blocks that are read and sent at once; grows while the peer keeps up. */
  #batch = smallFrameBlocks

  constructor(options: {
    subject: Subject
    connection: Connection
    frames: Frames
    pieceLength: number
    sent(bytes: number): void
    failed(error: unknown): void
  }) {
    this.#subject = options.subject
    this.#connection = options.connection
    this.#frames = options.frames
    this.#pieceLength = options.pieceLength
    this.#sent = options.sent
    this.#failed = options.failed
  }

  get waiting(): number {
    return this.#queue.length - this.#head
  }

  add(request: BlockRequest): void {
    this.#queue.push(request)
  }

  /** True when the request was still waiting and is gone now. */
  cancel(request: BlockRequest): boolean {
    for (let at = this.#head; at < this.#queue.length; at++) {
      const one = this.#queue[at]!
      if (one.piece !== request.piece || one.begin !== request.begin || one.length !== request.length) continue
      this.#queue.splice(at, 1)
      return true
    }
    return false
  }

  /** Drops what is waiting, and gives it back for a reject. */
  clear(): BlockRequest[] {
    const dropped = this.#queue.slice(this.#head)
    this.#queue = []
    this.#head = 0
    return dropped
  }

  close(): void {
    this.#closed = true
    this.clear()
  }

  /** Starts as many frames as may be on their way. */
  pump(): void {
    while (!this.#closed && this.waiting > 0 && this.#inFlight < framesPerPeer) {
      const frame = this.#batch > smallFrameBlocks ? this.#frames.lease() : { bytes: undefined, release: () => {} }
      if (frame === undefined) return this.#waitForFrame()
      this.#inFlight++
      void this.#send(this.#take(frame.bytes), frame)
    }
  }

  #waitForFrame(): void {
    if (this.#waitingForFrame) return
    this.#waitingForFrame = true
    this.#frames.wait(() => {
      this.#waitingForFrame = false
      this.pump()
    })
  }

  /** Lays out the next requests in a frame: where each header goes and where its bytes will be read to. */
  #take(pooled: Uint8Array | undefined): Plan {
    const room = pooled?.length ?? Infinity
    const requests: BlockRequest[] = []
    let size = 0
    while (this.#head < this.#queue.length && requests.length < this.#batch) {
      const next = this.#queue[this.#head]!
      const bytes = pieceHeaderSize + next.length
      if (requests.length > 0 && (size + bytes > room || next.length > usualBlock)) break
      requests.push(next)
      size += bytes
      this.#head++
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    const bytes = pooled !== undefined && size <= pooled.length ? pooled.subarray(0, size) : new Uint8Array(size)
    const reads: { offset: number; end: number; into: Uint8Array[] }[] = []
    let at = 0
    let payload = 0
    for (const { piece, begin, length } of requests) {
      pieceHeader(bytes, at, piece, begin, length)
      const view = bytes.subarray(at + pieceHeaderSize, at + pieceHeaderSize + length)
      const offset = piece * this.#pieceLength + begin
      const last = reads.at(-1)
      if (last !== undefined && last.end === offset) {
        last.into.push(view)
        last.end += length
      } else reads.push({ offset, end: offset + length, into: [view] })
      at += pieceHeaderSize + length
      payload += length
    }
    return { bytes, reads, payload }
  }

  async #send(plan: Plan, frame: { release(): void }): Promise<void> {
    try {
      await Promise.all(plan.reads.map(({ offset, into }) => this.#subject.read(offset, into)))
    } catch (error) {
      this.#inFlight--
      frame.release()
      if (!this.#closed) this.#failed(error)
      return
    }
    if (this.#closed) {
      this.#inFlight--
      return frame.release()
    }
    this.#subject.gave(plan.payload)
    this.#sent(plan.payload)
    this.#connection.send(plan.bytes, () => {
      this.#inFlight--
      frame.release()
      // It took the whole frame, so it can take a bigger one; a queue that runs dry says the opposite.
      this.#batch =
        this.waiting > this.#batch
          ? Math.min(this.#batch * 2, this.#frames.blocks)
          : Math.max(smallFrameBlocks, this.#batch >> 1)
      this.pump()
    })
  }
}

interface Plan {
  readonly bytes: Uint8Array
  readonly reads: readonly { readonly offset: number; readonly into: Uint8Array[] }[]
  readonly payload: number
}
