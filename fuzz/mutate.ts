import type { Random } from '@kith/core/network/clock.ts'
import { pick } from '@kith/core/network/clock.ts'

/** Numbers that decoders like to get wrong. */
const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff]
const longest = 64 * 1024

/** One to eight changes to an input, each of a kind that found bugs in decoders before. */
export function mutate(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = input.slice(0, longest)
  for (let change = pick(random, 8); change >= 0; change--) bytes = once(bytes, others, random)
  return bytes
}

function once(bytes: Uint8Array<ArrayBuffer>, others: readonly Uint8Array[], random: Random): Uint8Array<ArrayBuffer> {
  const at = pick(random, bytes.length + 1)
  const length = pick(random, Math.min(64, bytes.length - at) + 1)
  switch (pick(random, 9)) {
    case 0:
      if (at < bytes.length) bytes[at]! ^= 1 << pick(random, 8)
      return bytes
    case 1:
      if (at < bytes.length) bytes[at] = pick(random, 256)
      return bytes
    case 2:
      return splice(bytes, at, length, new Uint8Array())
    case 3:
      return splice(bytes, at, 0, bytes.subarray(at, at + length))
    case 4:
      return splice(bytes, at, 0, random.bytes(pick(random, 32)))
    case 5: {
      const number = interesting[pick(random, interesting.length)]!
      const word = new Uint8Array(4)
      new DataView(word.buffer).setUint32(0, number, pick(random, 2) === 0)
      return splice(bytes, at, Math.min(4, bytes.length - at), word)
    }
    case 6: {
      // Digits are lengths in text formats.
      const digits = new TextEncoder().encode(String(interesting[pick(random, interesting.length)]))
      return splice(bytes, at, pick(random, 3), digits)
    }
    case 7: {
      const other = others[pick(random, others.length)] ?? new Uint8Array()
      const from = pick(random, other.length + 1)
      return splice(bytes, at, length, other.subarray(from, from + pick(random, 256)))
    }
    default:
      return bytes.slice(0, at)
  }
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length - Math.min(remove, bytes.length - at) + insert.length)
  out.set(bytes.subarray(0, at))
  out.set(insert, at)
  out.set(bytes.subarray(at + remove), at + insert.length)
  return out
}
