import { algorithmOf } from '@kith/core/content/digest.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { formatHostPort, parseHostPort } from './host-port.ts'
import type { HostPort } from './host-port.ts'
import { percentDecode, percentEncode } from './percent.ts'
import { digestsOfUrn, urnsOf } from './urn.ts'

/** Longer than any link people paste, even one with hundreds of trackers. */
const maxLength = 64 * 1024
/** Beyond any number of files that a torrent may have. */
const maxFileIndex = 2 ** 31

/** Files `first` to `last`, both included (BEP 53). */
export interface FileRange {
  readonly first: number
  readonly last: number
}

export interface Magnet {
  /** Of `xt`, each algorithm at most once; empty when the link only has keywords or a manifest. */
  readonly digests: readonly Digest[]
  /** `dn` */
  readonly name?: string
  /** `xl`, in bytes. */
  readonly size?: number
  /** `tr` */
  readonly trackers: readonly string[]
  /** `ws`: web seeds. */
  readonly webSeeds: readonly string[]
  /** `xs`: where the very file is: a URL, or a urn. */
  readonly exactSources: readonly string[]
  /** `as`: where it may be, if all else fails. */
  readonly acceptableSources: readonly string[]
  /** `x.pe` (BEP 9) */
  readonly peers: readonly HostPort[]
  /** `so`; all files without it. */
  readonly select?: readonly FileRange[]
  /** `kt`: words to search for. */
  readonly keywords?: string
  /** `mt`: a manifest, that is a list of further links. */
  readonly manifests: readonly string[]
  /** Everything else as it was written, decoded: unknown parameters, and known ones with values that make no sense. */
  readonly others: readonly (readonly [name: string, value: string])[]
}

/**
 * Reads a magnet link. Parameters may be numbered (`tr.1`).
 *
 * @throws FaultError `input`: `magnet/scheme`, `magnet/too-long`, `magnet/empty` when it asks for nothing, or
 * `magnet/several` when it names two contents
 */
export function parseMagnet(text: string): Magnet {
  const link = text.trim()
  if (!/^magnet:/i.test(link)) throw fail('input', 'magnet/scheme', 'A magnet link begins with “magnet:?”')
  if (link.length > maxLength)
    throw fail('input', 'magnet/too-long', `A magnet link has at most ${maxLength} characters`)
  const digests = new Map<string, Digest>()
  const lists: Record<'tr' | 'ws' | 'xs' | 'as' | 'mt', string[]> = { tr: [], ws: [], xs: [], as: [], mt: [] }
  const peers: HostPort[] = []
  const others: [string, string][] = []
  const single: { name?: string; size?: number; select?: readonly FileRange[]; keywords?: string } = {}

  for (const [name, value] of parameters(link)) {
    if (!take(name.toLowerCase().replace(/\.\d+$/, ''), value)) others.push([name, value])
  }
  if (digests.size === 0 && single.keywords === undefined && lists.mt.length + lists.xs.length === 0) {
    throw fail('input', 'magnet/empty', 'This magnet link names nothing that Kith knows')
  }
  const { tr: trackers, ws: webSeeds, xs: exactSources, as: acceptableSources, mt: manifests } = lists
  const all = [...digests.values()]
  return { digests: all, ...single, trackers, webSeeds, exactSources, acceptableSources, peers, manifests, others }

  /** Whether the parameter is known and its value makes sense. */
  function take(name: string, value: string): boolean {
    switch (name) {
      case 'xt': {
        const named = digestsOfUrn(value)
        for (const digest of named) addDigest(digest)
        return named.length > 0
      }
      case 'dn':
        return takeText('name', value)
      case 'kt':
        return takeText('keywords', value)
      case 'xl':
        return takeSize(value)
      case 'so': {
        const ranges = readRanges(value)
        if (ranges === undefined || single.select !== undefined) return false
        single.select = ranges
        return true
      }
      case 'x.pe': {
        const peer = parseHostPort(value)
        if (peer !== undefined) peers.push(peer)
        return peer !== undefined
      }
      case 'tr':
      case 'ws':
      case 'xs':
      case 'as':
      case 'mt':
        if (value !== '' && !lists[name].includes(value)) lists[name].push(value)
        return true
      default:
        return false
    }
  }

  function takeText(field: 'name' | 'keywords', value: string): boolean {
    if (value === '' || single[field] !== undefined) return false
    single[field] = value
    return true
  }

  function takeSize(value: string): boolean {
    const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    if (!Number.isSafeInteger(size) || single.size !== undefined) return false
    single.size = size
    return true
  }

  function addDigest(digest: Digest): void {
    const known = digests.get(algorithmOf(digest))
    if (known !== undefined && known !== digest) {
      throw fail('input', 'magnet/several', 'This magnet link names two different contents')
    }
    digests.set(algorithmOf(digest), digest)
  }
}

/** `magnet:?…`; urns first, and what `parseMagnet` gave comes out the same when it is read again. */
export function formatMagnet(magnet: Partial<Magnet>): string {
  const { name, size, select, keywords } = magnet
  const list = (name: string, values: readonly string[] = []): string[] =>
    values.map((value) => `${name}=${percentEncode(value)}`)
  return `magnet:?${[
    ...urnsOf(magnet.digests ?? []).map((urn) => `xt=${urn}`),
    ...(name === undefined ? [] : list('dn', [name])),
    ...(size === undefined ? [] : [`xl=${size}`]),
    ...list('tr', magnet.trackers),
    ...list('ws', magnet.webSeeds),
    ...list('xs', magnet.exactSources),
    ...list('as', magnet.acceptableSources),
    ...(magnet.peers ?? []).map((peer) => `x.pe=${formatHostPort(peer)}`),
    ...(select === undefined ? [] : [`so=${select.map(formatRange).join(',')}`]),
    ...(keywords === undefined ? [] : list('kt', [keywords])),
    ...list('mt', magnet.manifests),
    ...(magnet.others ?? []).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`),
  ].join('&')}`
}

function* parameters(link: string): Generator<[name: string, value: string]> {
  for (const part of link
    .slice('magnet:'.length)
    .replace(/^\?/, '')
    .split(/&(?:amp;)?/)) {
    const equals = part.indexOf('=')
    if (part === '') continue
    const name = equals < 0 ? part : part.slice(0, equals)
    const value = equals < 0 ? '' : part.slice(equals + 1)
    // Only in these two do people write a space as “+”; in an address it means itself.
    const words = /^(dn|kt)(\.\d+)?$/i.test(name)
    yield [percentDecode(name), percentDecode(words ? value.replaceAll('+', ' ') : value)]
  }
}

/** `0,2,4-8` → ranges, or undefined. */
function readRanges(text: string): readonly FileRange[] | undefined {
  const ranges: FileRange[] = []
  for (const part of text.split(',')) {
    const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part)
    if (match === null) return undefined
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    if (last < first || last >= maxFileIndex) return undefined
    ranges.push({ first, last })
  }
  return ranges
}

function formatRange({ first, last }: FileRange): string {
  return first === last ? `${first}` : `${first}-${last}`
}
