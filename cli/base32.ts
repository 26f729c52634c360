const letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** Bytes in hexadecimal as base 32 of RFC 4648, in lower case and without padding. */
export function base32Text(hex: string): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const digit of hex) {
    held = (held << 4) | Number.parseInt(digit, 16)
    bits += 4
    if (bits < 5) continue
    bits -= 5
    text += letters[(held >> bits) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + letters[(held << (5 - bits)) & 31]
}
