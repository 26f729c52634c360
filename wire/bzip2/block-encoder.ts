import type { BitWriter } from './bit-writer.ts'
import { codeLengths, codesOf } from './code-lengths.ts'
import { blockMagic, groupSymbols, runA, runB } from './format.ts'
import { sortRotations } from './sort.ts'

/** Rounds in which tables and the groups that select them are fitted to each other. */
const rounds = 4

/** Writes one block; `bytes` have their runs replaced already and are at least one. */
export function writeBlock(bits: BitWriter, bytes: Uint8Array, crc: number): void {
  for (const half of blockMagic) bits.bits(24, half)
  bits.bits(16, crc >>> 16)
  bits.bits(16, crc & 0xffff)
  bits.bits(1, 0)
  const { last, origin } = transform(bytes)
  bits.bits(24, origin)
  const alphabet = writeAlphabet(bits, bytes)
  const symbols = movedToFront(last, alphabet)
  writeSymbols(bits, symbols, alphabet.length + 2)
}

/** Burrows and Wheeler: the last byte of each rotation in order, and where the block itself is among them. */
function transform(bytes: Uint8Array): { readonly last: Uint8Array; readonly origin: number } {
  const order = sortRotations(bytes)
  const last = new Uint8Array(bytes.length)
  let origin = 0
  for (let at = 0; at < order.length; at++) {
    const start = order[at]!
    if (start === 0) origin = at
    last[at] = bytes[start === 0 ? bytes.length - 1 : start - 1]!
  }
  return { last, origin }
}

function writeAlphabet(bits: BitWriter, bytes: Uint8Array): Uint8Array {
  const used = new Uint8Array(256)
  for (const byte of bytes) used[byte] = 1
  const rows = Array.from({ length: 16 }, (_, row) =>
    used.subarray(row * 16, row * 16 + 16).reduce((mask, one) => (mask << 1) | one, 0),
  )
  bits.bits(
    16,
    rows.reduce((mask, row) => (mask << 1) | (row === 0 ? 0 : 1), 0),
  )
  for (const row of rows) if (row !== 0) bits.bits(16, row)
  return Uint8Array.from(used.keys()).filter((byte) => used[byte] === 1)
}

/** Each byte as its place in a list of those seen last; zeros are counted in digits of 1 and 2. */
function movedToFront(last: Uint8Array, alphabet: Uint8Array): Uint16Array {
  const order = alphabet.slice()
  const symbols = new Uint16Array(last.length + 1)
  let length = 0
  let run = 0
  const endRun = (): void => {
    for (; run > 0; run = (run - 1) >> 1) symbols[length++] = (run & 1) === 1 ? runA : runB
  }
  for (const byte of last) {
    const place = order.indexOf(byte)
    if (place === 0) {
      run++
      continue
    }
    endRun()
    order.copyWithin(1, 0, place)
    order[0] = byte
    symbols[length++] = place + 1
  }
  endRun()
  symbols[length++] = alphabet.length + 1
  return symbols.subarray(0, length)
}

function writeSymbols(bits: BitWriter, symbols: Uint16Array, count: number): void {
  const { tables, selectors } = fitted(symbols, count)
  bits.bits(3, tables.length)
  bits.bits(15, selectors.length)
  const order = tables.map((_, table) => table)
  for (const selector of selectors) {
    const place = order.indexOf(selector)
    for (let ones = 0; ones < place; ones++) bits.bits(1, 1)
    bits.bits(1, 0)
    order.splice(place, 1)
    order.unshift(selector)
  }
  for (const lengths of tables) writeTable(bits, lengths)
  const codes = tables.map(codesOf)
  for (let at = 0; at < symbols.length; at++) {
    const table = selectors[Math.floor(at / groupSymbols)]!
    const symbol = symbols[at]!
    bits.bits(tables[table]![symbol]!, codes[table]![symbol]!)
  }
}

function writeTable(bits: BitWriter, lengths: Uint8Array): void {
  let length = lengths[0]!
  bits.bits(5, length)
  for (const wanted of lengths) {
    for (; length < wanted; length++) bits.bits(2, 0b10)
    for (; length > wanted; length--) bits.bits(2, 0b11)
    bits.bits(1, 0)
  }
}

interface Fitted {
  readonly tables: readonly Uint8Array[]
  readonly selectors: Uint8Array
}

/** Tables that begin as an even split of the symbols, and are then made from the groups that chose them. */
function fitted(symbols: Uint16Array, count: number): Fitted {
  const groups = Math.ceil(symbols.length / groupSymbols)
  const selectors = new Uint8Array(groups)
  let tables = firstTables(symbols, count)
  for (let round = 0; round < rounds; round++) {
    const frequencies = tables.map(() => new Uint32Array(count))
    for (let group = 0; group < groups; group++) {
      const some = symbols.subarray(group * groupSymbols, (group + 1) * groupSymbols)
      const table = cheapest(tables, some)
      selectors[group] = table
      for (const symbol of some) frequencies[table]![symbol]!++
    }
    tables = frequencies.map(codeLengths)
  }
  return { tables, selectors }
}

function cheapest(tables: readonly Uint8Array[], symbols: Uint16Array): number {
  let best = 0
  let least = Infinity
  for (const [table, lengths] of tables.entries()) {
    let cost = 0
    for (const symbol of symbols) cost += lengths[symbol]!
    if (cost >= least) continue
    best = table
    least = cost
  }
  return best
}

function firstTables(symbols: Uint16Array, count: number): Uint8Array[] {
  const tables = symbols.length < 200 ? 2 : symbols.length < 600 ? 3 : symbols.length < 1200 ? 4 : 6
  const frequencies = new Uint32Array(count)
  for (const symbol of symbols) frequencies[symbol]!++
  const out: Uint8Array[] = []
  let symbol = 0
  let behind = 0
  for (let table = 1; table <= tables; table++) {
    const lengths = new Uint8Array(count).fill(15)
    const goal = (symbols.length * table) / tables
    while (symbol < count && (behind < goal || table === tables)) {
      lengths[symbol] = 1
      behind += frequencies[symbol++]!
    }
    out.push(lengths)
  }
  return out
}
