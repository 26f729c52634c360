import { algorithmOf, bytesOf, digestOf, digestSizes, hexOf } from '@kith/core/content/digest.ts'
import type { Algorithm, Digest } from '@kith/core/content/digest.ts'
import { base32, fromBase32, fromHex } from './bytes.ts'

/** The name spaces that stand for one digest each, in lower case. */
const spaces: Readonly<Record<string, Algorithm>> = {
  btih: 'btih',
  sha1: 'sha1',
  sha256: 'sha256',
  md5: 'md5',
  'tree:tiger': 'tth',
  'tree:tiger/': 'tth',
  ttroot: 'tth',
  ed2k: 'ed2k',
  ed2khash: 'ed2k',
  aich: 'aich',
}

/** SHA-256 with 32 bytes, as a multihash has it. */
const multihashPrefix = '1220'

/**
 * The digests in a `urn:…`, or none for one that names something else; a bitprint names two. Digests may be in
 * hexadecimal or base 32.
 */
export function digestsOfUrn(urn: string): readonly Digest[] {
  const match = /^urn:(.*):([^:]*)$/i.exec(urn)
  if (match === null) return []
  const space = match[1]!.toLowerCase()
  const text = match[2]!
  if (space === 'bitprint') {
    const [sha1, tth, more] = text.split('.')
    const both = [...read('sha1', sha1 ?? ''), ...read('tth', tth ?? '')]
    return both.length === 2 && more === undefined ? both : []
  }
  if (space === 'btmh') return text.startsWith(multihashPrefix) ? read('btmh', text.slice(multihashPrefix.length)) : []
  return Object.hasOwn(spaces, space) ? read(spaces[space]!, text) : []
}

function read(algorithm: Algorithm, text: string): readonly Digest[] {
  for (const bytes of [fromHex(text), fromBase32(text)]) {
    if (bytes !== undefined && bytes.length === digestSizes[algorithm]) return [digestOf(algorithm, bytes)]
  }
  return []
}

/** Every way to name the digests that some program understands, in the order in which `digests` are. */
export function urnsOf(digests: readonly Digest[]): readonly string[] {
  const urns: string[] = digests.flatMap((of) => urnOf(of) ?? [])
  const sha1 = digests.find((of) => algorithmOf(of) === 'sha1')
  const tth = digests.find((of) => algorithmOf(of) === 'tth')
  if (sha1 !== undefined && tth !== undefined)
    urns.push(`urn:bitprint:${base32(bytesOf(sha1))}.${base32(bytesOf(tth))}`)
  return urns
}

function urnOf(of: Digest): string | undefined {
  const algorithm = algorithmOf(of)
  switch (algorithm) {
    case 'btih':
    case 'ed2k':
    case 'md5':
    case 'sha256':
      return `urn:${algorithm}:${hexOf(of)}`
    case 'btmh':
      return `urn:btmh:${multihashPrefix}${hexOf(of)}`
    case 'sha1':
    case 'aich':
      return `urn:${algorithm}:${base32(bytesOf(of))}`
    case 'tth':
      return `urn:tree:tiger:${base32(bytesOf(of))}`
    case 'btpr':
    case 'kith':
      // A pieces root and a manifest have no name of their own in such links.
      return undefined
  }
}
