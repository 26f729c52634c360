import { concat, utf8 } from '../bytes.ts'

/** The Distinguished Encoding Rules (ITU-T X.690), as far as our own certificates need them: writing only. */
export type Der = Uint8Array<ArrayBuffer>

function element(tag: number, content: Uint8Array): Der {
  const size = content.length
  const length: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest & 0xff)
  const header = size < 0x80 ? [tag, size] : [tag, 0x80 | length.length, ...length]
  return concat([Uint8Array.from(header), content])
}

export function sequence(...items: readonly Uint8Array[]): Der {
  return element(0x30, concat(items))
}

export function set(...items: readonly Uint8Array[]): Der {
  return element(0x31, concat(items))
}

/** A number of at least 0, most significant byte first. */
export function integer(bytes: Uint8Array): Der {
  let first = 0
  while (first < bytes.length - 1 && bytes[first] === 0) first++
  const shortest = bytes.subarray(first)
  // A set top bit would make it negative.
  return element(
    0x02,
    (shortest[0] ?? 0) < 0x80 && shortest.length > 0 ? shortest : concat([Uint8Array.of(0), shortest]),
  )
}

/** `text` is dotted: `1.2.840.10045.4.3.2`. */
export function objectIdentifier(text: string): Der {
  const [first = 0, second = 0, ...arcs] = text.split('.').map(Number)
  const bytes: number[] = []
  for (const arc of [first * 40 + second, ...arcs]) {
    const digits = [arc & 0x7f]
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return element(0x06, Uint8Array.from(bytes))
}

export function octetString(bytes: Uint8Array): Der {
  return element(0x04, bytes)
}

/** Whole bytes only. */
export function bitString(bytes: Uint8Array): Der {
  return element(0x03, concat([Uint8Array.of(0), bytes]))
}

export function utf8String(text: string): Der {
  return element(0x0c, utf8(text))
}

export const yes: Der = element(0x01, Uint8Array.of(0xff))

/** `YYYYMMDDHHMMSSZ`; until 2049 certificates write the year in two digits (RFC 5280 4.1.2.5). */
export function time(text: string): Der {
  return text < '2050' ? element(0x17, utf8(text.slice(2))) : element(0x18, utf8(text))
}

/** `[number]` around something, explicitly tagged. */
export function tagged(number: number, content: Uint8Array): Der {
  return element(0xa0 | number, content)
}
