import { constants, type ClientHttp2Stream } from 'node:http2'

/** Bytes of an answer that wait here for their reader, beyond which the other side is made to wait. */
const MOST_HELD_BYTES = 1024 * 1024

/** What an answer brings. */
export interface Parts {
  /** Undefined at the end; rejects when it came too early. */
  next(): Promise<Uint8Array | undefined>
  /** Nothing more is wanted. */
  leave(): void
}

/**
 * What a stream brings, in order. Its own iterator loses what came before it was asked for, where the stream has closed
 * meanwhile.
 */
export function partsOf(stream: ClientHttp2Stream): Parts {
  const held: Uint8Array[] = []
  let heldBytes = 0
  let state: 'open' | 'whole' | 'broken' = 'open'
  let cause: unknown
  let wake = (): void => {}
  stream.on('data', (data: Buffer) => {
    held.push(new Uint8Array(data.buffer, data.byteOffset, data.length))
    heldBytes += data.length
    if (heldBytes > MOST_HELD_BYTES) stream.pause()
    wake()
  })
  stream.on('end', () => {
    if (state === 'open') state = stream.rstCode === constants.NGHTTP2_NO_ERROR ? 'whole' : 'broken'
    wake()
  })
  stream.on('error', (error) => (cause = error))
  stream.on('close', () => {
    if (state === 'open') state = 'broken'
    wake()
  })
  return {
    async next() {
      while (held.length === 0 && state === 'open') await new Promise<void>((resolve) => (wake = resolve))
      const part = held.shift()
      if (part === undefined) {
        if (state === 'broken') throw cause ?? new Error('the answer broke off')
        return undefined
      }
      heldBytes -= part.length
      if (heldBytes <= MOST_HELD_BYTES / 2 && stream.isPaused()) stream.resume()
      return part
    },
    leave() {
      if (state === 'open') stream.close(constants.NGHTTP2_CANCEL)
    },
  }
}
