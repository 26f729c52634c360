/**
 * Bytes and texts. What turns text into bytes, or bytes into checked text, gives undefined for what does not fit.
 */
const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = new TextDecoder('utf-8', { ignoreBOM: true })

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * Gives memory back now that nobody reads it any more, where all of it is these bytes: what is made and dropped by the
 * megabyte is otherwise held until the collector comes, and makes it come often. What was handed to another thread stays there.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

/** Lexicographic order by unsigned bytes; a prefix comes first. Negative, zero or positive, for `sort`. */
export function compare(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length)
  for (let i = 0; i < shared; i++) if (one[i] !== other[i]) return one[i]! - other[i]!
  return one.length - other.length
}

/** Lower case. */
export function hex(bytes: Uint8Array): string {
  return bytes.toHex()
}

/** Either case. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.length % 2 === 0 && !/[^0-9a-fA-F]/.test(text) ? Uint8Array.fromHex(text) : undefined
}

/** RFC 4648 in upper case without padding, as Direct Connect demands and magnet links have it. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff
    count += 8
    while (count >= 5) {
      count -= 5
      text += base32Digits[(bits >> count) & 31]!
    }
  }
  return count === 0 ? text : text + base32Digits[(bits << (5 - count)) & 31]!
}

/** Either case, with or without padding; spare bits of the last character must be zero. */
export function fromBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/={1,6}$/, '')
  if (digits.length !== text.length && text.length % 8 !== 0) return undefined
  if ([1, 3, 6].includes(digits.length % 8)) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 5) / 8))
  let bits = 0
  let count = 0
  let at = 0
  for (let i = 0; i < digits.length; i++) {
    const value = base32Value(digits.charCodeAt(i))
    if (value < 0) return undefined
    bits = ((bits << 5) | value) & 0xfff
    count += 5
    if (count >= 8) {
      count -= 8
      bytes[at++] = bits >> count
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined
}

function base32Value(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61
  if (code >= 0x41 && code <= 0x5a) return code - 0x41
  return code >= 0x32 && code <= 0x37 ? code - 0x32 + 26 : -1
}

/** RFC 4648 with padding. */
export function base64(bytes: Uint8Array): string {
  return bytes.toBase64()
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(text.replace(/={1,2}$/, ''))) return undefined
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return undefined
  }
}

/** One character per byte, U+0000 to U+00FF. */
export function latin1(bytes: Uint8Array): string {
  // A call has room for some ten thousand arguments only.
  const step = 8192
  let text = ''
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step))
  return text
}

/** Undefined when a character is beyond U+00FF. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) return undefined
    bytes[i] = code
  }
  return bytes
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** Undefined when the bytes are not UTF-8. A byte order mark stays. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** What is not UTF-8 becomes U+FFFD. A byte order mark stays. */
export function lossyText(bytes: Uint8Array): string {
  return lossy.decode(bytes)
}
