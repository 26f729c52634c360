import { algorithmOf, bytesOf, digestOf, hexOf } from '@kith/core/content/digest.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { base32, concat, fromBase32, fromHex, hex } from './bytes.ts'
import { partBytes } from './hash/ed2k.ts'
import { formatHostPort, parseHostPort } from './host-port.ts'
import type { HostPort } from './host-port.ts'
import { percentDecode, percentEncode } from './percent.ts'

/** The hash set of the largest file of eDonkey, 256 GB, takes 0.9 MB. */
const maxLength = 1024 * 1024
/** As many as eMule takes from one link. */
const maxSources = 500

/** What `ed2k://|…|/` may hold. */
export type Ed2kLink =
  | Ed2kFileLink
  | { readonly kind: 'server'; readonly server: HostPort }
  /** A `server.met` to fetch. */
  | { readonly kind: 'serverlist'; readonly url: string }
  /** A `nodes.dat` of Kad to fetch. */
  | { readonly kind: 'nodeslist'; readonly url: string }
  | { readonly kind: 'search'; readonly words: string }

export interface Ed2kFileLink {
  readonly kind: 'file'
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** `ed2k`, and `aich` when the link has it. */
  readonly digests: readonly Digest[]
  /** The hash set (`p=`): 16 bytes a part. Nobody has checked yet that it belongs to the hash. */
  readonly parts?: Uint8Array
  /** `s=`: the file on the web. */
  readonly urls: readonly string[]
  readonly sources: readonly HostPort[]
}

/**
 * Reads a link; bars may be escaped, as browsers do it.
 *
 * @throws FaultError `input`: `ed2k-link/scheme`, `ed2k-link/too-long`, `ed2k-link/kind`, `ed2k-link/hash`,
 * `ed2k-link/size`, `ed2k-link/name`, `ed2k-link/address`, `ed2k-link/parts`
 */
export function parseEd2kLink(text: string): Ed2kLink {
  const link = text.trim()
  if (!/^ed2k:/i.test(link)) throw fail('input', 'ed2k-link/scheme', 'An eDonkey link begins with “ed2k://|”')
  if (link.length > maxLength) throw fail('input', 'ed2k-link/too-long', 'This eDonkey link is too long')
  const body = link.replace(/^ed2k:(\/\/)?/i, '')
  const fields = (body.startsWith('|') ? body : body.replaceAll(/%7c/gi, '|')).split('|')
  const [before, kind = '', ...rest] = fields
  const [first = '', second = ''] = rest
  if (before !== '') throw fail('input', 'ed2k-link/scheme', 'An eDonkey link begins with “ed2k://|”')
  switch (kind.toLowerCase()) {
    case 'file':
      return parseFile(rest)
    case 'server': {
      const server = parseHostPort(`${first}:${second}`)
      if (server === undefined) throw fail('input', 'ed2k-link/address', 'The address of this server makes no sense')
      return { kind: 'server', server }
    }
    case 'serverlist':
      return { kind: 'serverlist', url: webAddress(first) }
    case 'nodeslist':
      return { kind: 'nodeslist', url: webAddress(first) }
    case 'search':
      return { kind: 'search', words: percentDecode(first) }
    default:
      throw fail('input', 'ed2k-link/kind', `Kith knows no eDonkey links of the kind “${kind.slice(0, 40)}”`)
  }
}

function parseFile([name = '', sizeText = '', hashText = '', ...options]: readonly string[]): Ed2kFileLink {
  const size = /^\d{1,16}$/.test(sizeText) ? Number(sizeText) : Number.NaN
  const hash = fromHex(hashText)
  if (name === '') throw fail('input', 'ed2k-link/name', 'This eDonkey link has no file name')
  if (!Number.isSafeInteger(size)) throw fail('input', 'ed2k-link/size', 'The size in this eDonkey link makes no sense')
  if (hash?.length !== 16) throw fail('input', 'ed2k-link/hash', 'The hash in this eDonkey link is not 32 hex digits')
  const digests: Digest[] = [digestOf('ed2k', hash)]
  const urls: string[] = []
  const sources: HostPort[] = []
  let parts: Uint8Array | undefined

  for (const option of options) {
    const value = option.slice(2)
    switch (option.slice(0, 2).toLowerCase()) {
      case 'h=': {
        const aich = fromBase32(value)
        if (aich?.length !== 20) throw fail('input', 'ed2k-link/hash', 'The AICH hash in this eDonkey link is broken')
        if (digests.length === 1) digests.push(digestOf('aich', aich))
        break
      }
      case 'p=':
        parts = hashSet(value, size)
        break
      case 's=':
        urls.push(webAddress(value))
        break
      case 'so':
        sources.push(...readSources(option, maxSources - sources.length))
        break
      default:
        // What newer programs add concerns them only.
        break
    }
  }
  return {
    kind: 'file',
    name: percentDecode(name),
    size,
    digests,
    urls,
    sources,
    ...(parts === undefined ? {} : { parts }),
  }
}

function hashSet(text: string, size: number): Uint8Array {
  const count = Math.floor(size / partBytes) + 1
  const hashes = text.split(':').map(fromHex)
  if (hashes.length !== count || hashes.some((hash) => hash?.length !== 16)) {
    throw fail('input', 'ed2k-link/parts', `The hash set in this eDonkey link has not ${count} hashes`)
  }
  return concat(hashes as Uint8Array[])
}

/** `sources,host:port,host:port:…`: what follows the port (encryption) a peer says anyway when asked. */
function readSources(text: string, most: number): readonly HostPort[] {
  const [word, ...entries] = text.split(',')
  if (word!.toLowerCase() !== 'sources') return []
  return entries
    .slice(0, most)
    .map((entry) => parseHostPort(/^([^:]+:\d+)/.exec(entry)?.[1] ?? ''))
    .filter((source) => source !== undefined)
}

/** As it is written; an address whose own escapes are escaped is taken too. */
function webAddress(text: string): string {
  const url = [text, percentDecode(text)].find((url) => /^(?:https?|ftp):\/\/[^\s|]+$/i.test(url))
  if (url === undefined) throw fail('input', 'ed2k-link/address', 'An address in this eDonkey link makes no sense')
  return url
}

/** The inverse of `parseEd2kLink`. */
export function formatEd2kLink(link: Ed2kLink): string {
  switch (link.kind) {
    case 'file':
      return formatFile(link)
    case 'server':
      return `ed2k://|server|${link.server.host}|${link.server.port}|/`
    case 'serverlist':
    case 'nodeslist':
      return `ed2k://|${link.kind}|${link.url}|/`
    case 'search':
      return `ed2k://|search|${percentEncode(link.words)}|/`
  }
}

function formatFile({ name, size, digests, parts, urls, sources }: Ed2kFileLink): string {
  const find = (algorithm: 'ed2k' | 'aich'): Digest | undefined => digests.find((of) => algorithmOf(of) === algorithm)
  const [ed2k, aich] = [find('ed2k'), find('aich')]
  if (ed2k === undefined) throw fail('input', 'ed2k-link/hash', 'An eDonkey link needs the eDonkey hash of the file')
  const fields = ['file', percentEncode(name), `${size}`, hexOf(ed2k).toUpperCase()]
  if (parts !== undefined) fields.push(`p=${hex(parts).toUpperCase().match(/.{32}/g)!.join(':')}`)
  if (aich !== undefined) fields.push(`h=${base32(bytesOf(aich))}`)
  for (const url of urls) fields.push(`s=${url}`)
  const hosts = sources.length === 0 ? '' : `|sources,${sources.map(formatHostPort).join(',')}|/`
  return `ed2k://|${fields.join('|')}|/${hosts}`
}
