/** 4 or 16 bytes as people write them (RFC 5952); version 4 inside version 6 is written as version 4. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (isMapped(bytes)) return bytes.subarray(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[index * 2]! << 8) | bytes[index * 2 + 1]!)
  const gap = longestZeros(groups)
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  if (gap.length < 2) return text(groups)
  return `${text(groups.slice(0, gap.start))}::${text(groups.slice(gap.start + gap.length))}`
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** 4 or 16 bytes, or undefined for what is no numeric address. */
export function addressBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  return text.includes(':') ? bytesOfV6(text) : bytesOfV4(text)
}

function bytesOfV4(text: string): Uint8Array<ArrayBuffer> | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return Uint8Array.from(parts, Number)
}

function bytesOfV6(text: string): Uint8Array<ArrayBuffer> | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (tail !== null) {
    const v4 = bytesOfV4(tail[2]!)
    return v4 === undefined ? undefined : bytesOfV6(`${tail[1]!}${v4.subarray(0, 2).toHex()}:${v4.subarray(2).toHex()}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const zeros = 8 - head!.length - (rest?.length ?? 0)
  if (rest === undefined ? zeros !== 0 : zeros < 1) return undefined
  const groups = [...head!, ...Array.from({ length: zeros }, () => '0'), ...(rest ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}

/** Whether an address lies in a network: the first `prefix` bits are the same. Families do not mix. */
export function isWithin(address: Uint8Array, network: Uint8Array, prefix: number): boolean {
  if (address.length !== network.length || prefix > network.length * 8) return false
  const whole = prefix >> 3
  for (let at = 0; at < whole; at++) if (address[at] !== network[at]) return false
  const rest = prefix & 7
  return rest === 0 || (address[whole]! ^ network[whole]!) >> (8 - rest) === 0
}
