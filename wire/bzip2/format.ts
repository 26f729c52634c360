/** The numbers that bzip2 1.0 agrees on with everything that reads it. */

/** `BZh`, followed by the level as a digit. */
export const streamMagic: readonly number[] = [0x42, 0x5a, 0x68]
/** π and √π, in binary-coded decimal: 48 bits each, in two halves. */
export const blockMagic: readonly [number, number] = [0x314159, 0x265359]
export const endMagic: readonly [number, number] = [0x177245, 0x385090]

/** Bytes in a block for each step of the level. */
export const levelBytes = 100_000
/** Symbols that share one selection of a Huffman table. */
export const groupSymbols = 50
export const fewestTables = 2
export const mostTables = 6
/** Readers refuse longer codes. */
export const mostCodeBits = 20

/** A byte of a run is repeated so often before its further count is written. */
export const runStart = 4
export const mostFurther = 251

/** The symbols of run lengths; those of moved bytes follow, and the end of the block is the last. */
export const runA = 0
export const runB = 1

const table = crcTable()

/** CRC-32 from the highest bit down, as bzip2 uses it: begin with `crcStart`, end with `crcEnd`. */
export const crcStart = 0xffffffff

export function crcOf(crc: number, byte: number): number {
  return (crc << 8) ^ table[((crc >>> 24) ^ byte) & 255]!
}

export function crcEnd(crc: number): number {
  return ~crc >>> 0
}

/** The checksum of a stream from those of its blocks. */
export function joinCrc(stream: number, block: number): number {
  return (((stream << 1) | (stream >>> 31)) ^ block) >>> 0
}

function crcTable(): Int32Array {
  const out = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
    out[byte] = crc
  }
  return out
}
