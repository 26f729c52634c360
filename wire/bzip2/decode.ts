import { FaultError } from '@kith/core/fault/fault.ts'
import { concat } from '../bytes.ts'
import { broken } from '../fault.ts'
import { BitReader, Short } from './bit-reader.ts'
import type { Block } from './block-decoder.ts'
import { readBlock } from './block-decoder.ts'
import { blockMagic, crcEnd, crcOf, crcStart, endMagic, joinCrc, levelBytes, runStart, streamMagic } from './format.ts'

/** Bytes that are given at once: a block of a hundred thousand may stand for five million. */
const partBytes = 64 * 1024
/** More bits than are looked at between two checks: a fault nearer to the end may only mean that more has to come. */
const uncertainBits = 64

/** The longest block: 900,000 bytes and an end, with codes of 20 bits, and its tables. */
const mostHeldBytes = 3 * 1024 * 1024

/** What undoes bzip2, a stream after the other, in memory that depends on nothing that was read. */
export interface Bunzip2 {
  /** What can be decoded now, in parts of 64 KiB at most; each is the receiver's own. @throws FaultError `bzip2/…` */
  push(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>>
  /** The rest. @throws FaultError `bzip2/short` when the input ends within a stream */
  end(): Generator<Uint8Array<ArrayBuffer>>
}

/**
 * Decodes bzip2, also several streams that follow one another. What comes out can be ten thousand times what goes in:
 * who reads has to count.
 *
 * ```
 *           BZh1…9              block magic, block
 *   header ─────────► blocks ◄─────────────────────┐
 *     ▲                 │  └───────────────────────┘
 *     └─────────────────┘ end magic, checksum, up to the next byte
 * ```
 */
export function bunzip2(): Bunzip2 {
  let held: Uint8Array = new Uint8Array()
  /** In bits. */
  let at = 0
  /** With fewer bytes there is no use in trying again. */
  let enough = 1
  let state: 'header' | 'blocks' = 'header'
  let links = new Uint32Array()
  let streamCrc = 0

  function header(bits: BitReader): undefined {
    for (const byte of streamMagic) if (bits.bits(8) !== byte) throw broken('bzip2/magic', 'It is no bzip2')
    const level = bits.bits(8) - 0x30
    if (level < 1 || level > 9) throw broken('bzip2/magic', 'It is no bzip2 of a level between 1 and 9')
    if (links.length !== level * levelBytes) links = new Uint32Array(level * levelBytes)
    streamCrc = 0
    state = 'blocks'
  }

  /** A block, or undefined where the stream ended. */
  function blockOrEnd(bits: BitReader): Block | undefined {
    const magic = [bits.bits(24), bits.bits(24)]
    if (magic[0] === blockMagic[0] && magic[1] === blockMagic[1]) return readBlock(bits, links)
    if (magic[0] !== endMagic[0] || magic[1] !== endMagic[1])
      throw broken('bzip2/block', 'A block begins with something else')
    const crc = bits.bits(16) * 65_536 + bits.bits(16)
    if (crc !== streamCrc) throw broken('bzip2/checksum', 'A stream has another checksum than it says')
    bits.at = Math.ceil(bits.at / 8) * 8
    state = 'header'
    return undefined
  }

  /** One step of the diagram; undefined when it needs more bytes. */
  function step(last: boolean): { readonly block: Block | undefined } | undefined {
    const bits = new BitReader(held, at)
    if (state === 'header' && bits.left === 0) return undefined
    const before = state
    try {
      const block = before === 'header' ? header(bits) : blockOrEnd(bits)
      at = bits.at
      return { block }
    } catch (error) {
      if (last && error instanceof Short) throw broken('bzip2/short', 'The input ends within a stream')
      const more = error instanceof Short || (error instanceof FaultError && bits.left < uncertainBits)
      if (last || !more) throw error
      state = before
      return undefined
    }
  }

  function* steps(last: boolean): Generator<Uint8Array<ArrayBuffer>> {
    for (let next = step(last); next !== undefined; next = step(last)) {
      if (next.block === undefined) continue
      const crc = yield* unrun(links, next.block)
      if (crc !== next.block.crc) throw broken('bzip2/checksum', 'A block has another checksum than it says')
      streamCrc = joinCrc(streamCrc, crc)
    }
  }

  return {
    *push(chunk) {
      held = concat([held.subarray(at >>> 3), chunk])
      at &= 7
      if (held.length < enough) return
      yield* steps(false)
      const left = held.length - (at >>> 3)
      if (left > mostHeldBytes) throw broken('bzip2/too-long', 'A block is longer than any block can be')
      // A try begins at the start of the block, so the next one is worth it only with a good part more.
      enough = state === 'blocks' ? left * 2 : 1
    },
    *end() {
      yield* steps(true)
      if (state !== 'header') throw broken('bzip2/short', 'The input ends within a stream')
    },
  }
}

/** Undoes the runs at the start of everything. Gives the checksum of what came out. */
function* unrun(links: Uint32Array, block: Block): Generator<Uint8Array<ArrayBuffer>, number> {
  let part = new Uint8Array(partBytes)
  let filled = 0
  let crc = crcStart
  let at = links[block.origin]! >>> 8
  let same = 0
  let last = -1
  for (let left = block.length; left > 0; left--) {
    const link = links[at]!
    at = link >>> 8
    const byte = link & 255
    let times = 1
    if (same === runStart) {
      times = byte
      same = 0
    } else {
      same = byte === last ? same + 1 : 1
      last = byte
    }
    for (; times > 0; times--) {
      crc = crcOf(crc, last)
      part[filled++] = last
      if (filled < partBytes) continue
      yield part
      part = new Uint8Array(partBytes)
      filled = 0
    }
  }
  if (filled > 0) yield part.slice(0, filled)
  return crcEnd(crc)
}
