import type { Frame } from '@kith/core/network/taps.ts'
import { FrameBatch, framesIn } from '../wire/frames.ts'
import type { Port } from './switch.ts'

/** Short frames that go together, in one datagram that no line has to cut. */
const BATCH_BYTES = 1_420
/** What the system may leave for the other end to cut in segments: fits in what a path sends by itself. */
export const LONGEST_SEGMENTED = 15_900
/** Segments of TCP that are believed: what is shorter or longer no machine makes on such a line. */
const LEAST_SEGMENT = 256
const MOST_SEGMENT = 1_400

/** The far end of a path as a place where frames go. */
export function cable(send: (bytes: Uint8Array) => void): Port {
  const batch = new FrameBatch(BATCH_BYTES, send)
  return { send: (frame) => batch.add(frame), flush: () => batch.flush() }
}

/** Frames that came along a path, without those that no machine makes. */
export function* arrived(batch: Uint8Array): Generator<Frame> {
  for (const frame of framesIn(batch)) {
    const { segment, bytes } = frame
    const cut = segment !== 0 && segment >= LEAST_SEGMENT && segment <= MOST_SEGMENT
    if (cut || (segment === 0 && bytes.length <= BATCH_BYTES)) yield frame
  }
}
