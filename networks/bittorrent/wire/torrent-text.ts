import type { BencodeDict } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'

/** Comments are shown, not printed as books. */
const longestText = 4_096

/** A text for people, from the key itself or its `.utf-8` twin; undefined when it is absent or empty. */
export function textOf(dict: BencodeDict, key: string): string | undefined {
  const bytes = dict.bytes(`${key}.utf-8`) ?? dict.bytes(key)
  if (bytes === undefined || bytes.length === 0) return undefined
  return lossyText(bytes.subarray(0, longestText))
}
