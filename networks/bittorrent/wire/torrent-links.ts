import type { BencodeDict, BencodeList } from '@kith/wire/bencode.ts'
import { BencodeList as List } from '@kith/wire/bencode.ts'
import { strictText } from '@kith/wire/bytes.ts'

/** Trackers, web seeds and nodes that are kept of one torrent or hint, each. */
export const mostUrls = 256
/** The longest address that servers take. */
const longestUrl = 2_048

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f]/

/** A machine by name or address. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** An address as it is worth keeping, or undefined. */
export function urlText(bytes: unknown): string | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.length > longestUrl) return undefined
  const text = strictText(bytes)?.trim()
  return text === undefined || text === '' || controls.test(text) ? undefined : text
}

/** The addresses under a key that has one address or a list of them; no address twice. */
export function urlsOf(dict: BencodeDict, key: string): string[] {
  const value = dict.get(key)
  const candidates: Iterable<unknown> = value instanceof List ? value : [value]
  return unique(candidates, new Set())
}

/** Trackers in tiers (BEP 12): `announce` counts only where there is no `announce-list`. */
export function tiersOf(dict: BencodeDict): string[][] {
  const seen = new Set<string>()
  const tiers: string[][] = []
  for (const tier of dict.list('announce-list') ?? []) {
    // Some programs write a flat list of addresses.
    const urls = unique(tier instanceof List ? tier : [tier], seen)
    if (urls.length > 0) tiers.push(urls)
  }
  if (tiers.length > 0) return tiers
  const announce = urlText(dict.bytes('announce'))
  return announce === undefined ? [] : [[announce]]
}

function unique(candidates: Iterable<unknown>, seen: Set<string>): string[] {
  const out: string[] = []
  for (const candidate of candidates) {
    const url = urlText(candidate)
    if (url === undefined || seen.has(url)) continue
    if (seen.size >= mostUrls) break
    seen.add(url)
    out.push(url)
  }
  return out
}

/** `[[host, port], …]`, as nodes are written (BEP 5). */
export function endpointsOf(list: BencodeList | undefined): HostPort[] {
  const out: HostPort[] = []
  for (const pair of list ?? []) {
    if (out.length >= mostUrls) break
    if (!(pair instanceof List)) continue
    const [host, port] = pair
    const name = urlText(host)
    if (name === undefined || typeof port !== 'number' || port < 1 || port > 65_535) continue
    out.push({ host: name, port })
  }
  return out
}
