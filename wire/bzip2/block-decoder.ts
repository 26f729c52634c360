import { broken } from '../fault.ts'
import type { BitReader } from './bit-reader.ts'
import { fewestTables, groupSymbols, mostCodeBits, mostTables, runB } from './format.ts'

/** A decoded block, before the runs at its start are undone. */
export interface Block {
  readonly crc: number
  readonly length: number
  /** The byte to begin with, as an index into `links`. */
  readonly origin: number
}

interface Table {
  readonly least: number
  /** The last code of each length, at the top of 32 bits, and -1 where there is none. */
  readonly last: Float64Array
  /** What to take from a code of each length to have an index into `symbols`. */
  readonly base: Int32Array
  readonly symbols: Uint16Array
}

/**
 * Reads what follows the magic of a block. `links` takes for each byte, in its lower eight bits, what it is, and above
 * them which byte follows; it is as long as a block may be.
 *
 * @throws FaultError `bzip2/…`, and Short when the bytes end within the block
 */
export function readBlock(bits: BitReader, links: Uint32Array): Block {
  const crc = bits.bits(16) * 65_536 + bits.bits(16)
  if (bits.bits(1) === 1)
    throw broken('bzip2/randomised', 'A block is randomised, which nothing has written since 1997')
  const origin = bits.bits(24)
  const alphabet = readAlphabet(bits)
  const tables = bits.bits(3)
  if (tables < fewestTables || tables > mostTables) throw broken('bzip2/tables', `A block has ${tables} tables`)
  const selectors = readSelectors(bits, tables)
  const symbols = alphabet.length + 2
  const codes = Array.from({ length: tables }, () => readTable(bits, symbols))
  const counts = new Uint32Array(256)
  const length = readSymbols(bits, codes, selectors, alphabet, links, counts)
  if (origin >= length) throw broken('bzip2/origin', 'A block begins outside itself')
  link(links, length, counts)
  return { crc, length, origin }
}

/** The bytes that occur, in order. */
function readAlphabet(bits: BitReader): Uint8Array {
  const rows = bits.bits(16)
  const out: number[] = []
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue
    const columns = bits.bits(16)
    for (let column = 0; column < 16; column++) if ((columns & (0x8000 >> column)) !== 0) out.push(row * 16 + column)
  }
  if (out.length === 0) throw broken('bzip2/alphabet', 'A block is made of no bytes')
  return Uint8Array.from(out)
}

function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const out = new Uint8Array(bits.bits(15))
  if (out.length === 0) throw broken('bzip2/selectors', 'A block selects no table')
  const order = Array.from({ length: tables }, (_, table) => table)
  for (let at = 0; at < out.length; at++) {
    let place = 0
    while (bits.bits(1) === 1) {
      if (++place === tables) throw broken('bzip2/selectors', 'A table is selected that does not exist')
    }
    const [table] = order.splice(place, 1)
    order.unshift(table!)
    out[at] = table!
  }
  return out
}

function readTable(bits: BitReader, symbols: number): Table {
  const lengths = new Uint8Array(symbols)
  let length = bits.bits(5)
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > mostCodeBits) throw broken('bzip2/code', `A code of ${length} bits`)
      if (bits.bits(1) === 0) break
      length += bits.bits(1) === 0 ? 1 : -1
    }
    lengths[symbol] = length
  }
  return tableOf(lengths)
}

function tableOf(lengths: Uint8Array): Table {
  const counts = new Uint32Array(mostCodeBits + 2)
  for (const length of lengths) counts[length]!++
  const symbols = new Uint16Array(lengths.length)
  const last = new Float64Array(mostCodeBits + 1).fill(-1)
  const base = new Int32Array(mostCodeBits + 1)
  let least = 0
  let code = 0
  let at = 0
  for (let length = 1; length <= mostCodeBits; length++) {
    if (counts[length]! > 0 && least === 0) least = length
    base[length] = code - at
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[at++] = symbol
    code += counts[length]!
    // The bits after a code can be anything.
    if (counts[length]! > 0) last[length] = code * 2 ** (32 - length) - 1
    code *= 2
  }
  return { least, last, base, symbols }
}

/** Undoes Huffman, run lengths of moved bytes and move-to-front; the bytes go to `links`. */
function readSymbols(
  bits: BitReader,
  tables: readonly Table[],
  selectors: Uint8Array,
  alphabet: Uint8Array,
  links: Uint32Array,
  counts: Uint32Array,
): number {
  const order = alphabet.slice()
  const end = alphabet.length + 1
  let length = 0
  let run = 0
  let weight = 1
  for (const selector of selectors) {
    const table = tables[selector]!
    for (let left = groupSymbols; left > 0; left--) {
      const symbol = readSymbol(bits, table)
      if (symbol <= runB) {
        run += weight << symbol
        weight *= 2
        if (run > links.length) throw tooLong()
        continue
      }
      if (run > 0) {
        const byte = order[0]!
        if (length + run > links.length) throw tooLong()
        links.fill(byte, length, length + run)
        counts[byte]! += run
        length += run
        run = 0
        weight = 1
      }
      if (symbol === end) return length
      if (length === links.length) throw tooLong()
      const place = symbol - 1
      const byte = order[place]!
      order.copyWithin(1, 0, place)
      order[0] = byte
      links[length++] = byte
      counts[byte]!++
    }
  }
  throw broken('bzip2/selectors', 'A block goes on after its last selection')
}

function readSymbol(bits: BitReader, table: Table): number {
  const word = bits.peek()
  for (let length = table.least; length <= mostCodeBits; length++) {
    if (word > table.last[length]!) continue
    bits.at += length
    bits.check()
    const symbol = table.symbols[(word >>> (32 - length)) - table.base[length]!]
    if (symbol === undefined) break
    return symbol
  }
  throw broken('bzip2/code', 'A code stands for nothing')
}

/** Says of each byte, in order of the sorted rotations, which one follows it in the text. */
function link(links: Uint32Array, length: number, counts: Uint32Array): void {
  const next = new Uint32Array(256)
  for (let byte = 1; byte < 256; byte++) next[byte] = next[byte - 1]! + counts[byte - 1]!
  for (let at = 0; at < length; at++) {
    const place = next[links[at]! & 255]!++
    links[place] = (links[place]! & 255) | (at << 8)
  }
}

function tooLong(): Error {
  return broken('bzip2/too-long', 'A block is longer than its stream allows')
}
