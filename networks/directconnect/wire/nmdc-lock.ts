import { fromLatin1, latin1 } from '@kith/wire/bytes.ts'

/** What our own locks begin with: that we understand `$Supports`. */
const lock = 'EXTENDEDPROTOCOL'

/** The `$Lock` of a client or hub that shows this program and version (NMDC 5.4). */
export function formatLock(noise: string, program: string): string {
  return `$Lock ${lock}${noise.replace(/[^A-Za-z0-9]/g, 'A')} Pk=${program.replace(/[^A-Za-z0-9.-]/g, '') || 'Kith'}|`
}

/** The lock of a `$Lock` and whether its side understands `$Supports`; a byte is a character. */
export function readLock(rest: string): { readonly lock: string; readonly extended: boolean } {
  const end = rest.indexOf(' Pk=')
  const text = end < 0 ? rest.split(' ', 1)[0]! : rest.slice(0, end)
  return { lock: text, extended: text.startsWith(lock) }
}

/** The `$Key` that a lock asks for; bytes that have a meaning elsewhere are written out. A byte is a character. */
export function keyOf(text: string): string {
  const bytes = fromLatin1(text)
  const length = bytes?.length ?? 0
  if (bytes === undefined || length < 2) return ''
  const key = new Uint8Array(length)
  for (let at = 1; at < length; at++) key[at] = bytes[at]! ^ bytes[at - 1]!
  key[0] = bytes[0]! ^ bytes[length - 1]! ^ bytes[length - 2]! ^ 5
  for (let at = 0; at < length; at++) key[at] = ((key[at]! << 4) | (key[at]! >> 4)) & 255
  // oxlint-disable-next-line no-control-regex
  return latin1(key).replace(/[\0\x05$`|~]/g, (one) => `/%DCN${`${one.charCodeAt(0)}`.padStart(3, '0')}%/`)
}
