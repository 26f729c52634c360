import { concat, lossyText, utf8 } from './bytes.ts'

/** Percent-encoding as people's links have it: a `%` that starts no escape stands for itself, bad UTF-8 is replaced. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  const parts = text.split(/((?:%[0-9a-fA-F]{2})+)/)
  return lossyText(
    concat(parts.map((part, i) => (i % 2 === 0 ? utf8(part) : Uint8Array.fromHex(part.replaceAll('%', ''))))),
  )
}

/** Everything but letters, digits and `-_.!~*'()`. A lone surrogate becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
