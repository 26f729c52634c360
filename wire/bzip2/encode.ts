import { BitWriter } from './bit-writer.ts'
import { writeBlock } from './block-encoder.ts'
import { crcEnd, crcOf, crcStart, endMagic, joinCrc, levelBytes, mostFurther, runStart, streamMagic } from './format.ts'

/** What bzip2 makes smaller, a block after the other. */
export interface Bzip2 {
  push(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>>
  end(): Generator<Uint8Array<ArrayBuffer>>
}

/**
 * Encodes one bzip2 stream. `level` times 100,000 bytes are a block, which takes some 20 ms for each step: between two
 * blocks others can have their turn.
 */
export function bzip2(level = 2): Bzip2 {
  const bits = new BitWriter()
  for (const byte of streamMagic) bits.bits(8, byte)
  bits.bits(8, 0x30 + level)
  /** Room for the run that is held back. */
  const block = new Uint8Array(level * levelBytes - 2 * (runStart + 1))
  let filled = 0
  let crc = crcStart
  let streamCrc = 0
  let run = 0
  let last = -1

  function endRun(): void {
    if (run === 0) return
    const plain = Math.min(run, runStart)
    block.fill(last, filled, filled + plain)
    filled += plain
    if (run >= runStart) block[filled++] = run - runStart
    run = 0
  }

  function endBlock(): void {
    endRun()
    if (filled === 0) return
    const whole = crcEnd(crc)
    streamCrc = joinCrc(streamCrc, whole)
    writeBlock(bits, block.subarray(0, filled), whole)
    filled = 0
    crc = crcStart
    last = -1
  }

  return {
    *push(chunk) {
      for (const byte of chunk) {
        if (byte !== last || run === runStart + mostFurther) {
          endRun()
          if (filled + runStart + 1 > block.length) {
            endBlock()
            yield bits.take()
          }
        }
        last = byte
        run++
        crc = crcOf(crc, byte)
      }
    },
    *end() {
      endBlock()
      for (const half of endMagic) bits.bits(24, half)
      bits.bits(16, streamCrc >>> 16)
      bits.bits(16, streamCrc & 0xffff)
      bits.align()
      yield bits.take()
    },
  }
}
