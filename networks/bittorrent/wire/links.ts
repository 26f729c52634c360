import { fail } from '@kith/core/fault/fault.ts'
import type { Content } from '@kith/core/content/content.ts'
import { digestBy } from '@kith/core/content/content.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { digest, hexOf } from '@kith/core/content/digest.ts'
import type { FileKind, LinkKind } from '@kith/core/network/links.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { endpointText } from '@kith/core/network/net.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { fromBase32 } from '@kith/wire/bytes.ts'
import { parseEndpoint } from './compact.ts'
import type { Hint } from './hint.ts'
import { emptyHint, encodeHint, tidyTiers } from './hint.ts'
import { parseTorrent } from './metainfo.ts'

/** Files that a link may choose (BEP 53). */
const mostSelected = 100_000

/** A magnet link with a version 1 info-hash (BEP 9, 53). */
export const magnet: LinkKind = {
  scheme: 'magnet',
  parse(text) {
    const fields = fieldsOf(text)
    const infoHash = fields
      .filter(([name]) => /^xt(\.\d+)?$/.test(name))
      .map(([, value]) => infoHashOf(value))
      .find((one) => one !== undefined)
    if (infoHash === undefined) return undefined
    const all = (name: string): string[] =>
      fields.filter(([one]) => one === name || one.startsWith(`${name}.`)).map(([, value]) => value)
    const size = Number(all('xl')[0])
    const select = selection(all('so')[0])
    return wish(infoHash, {
      name: all('dn')[0],
      ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
      trackers: tidyTiers(all('tr').map((url) => [url])),
      webSeeds: all('ws'),
      peers: all('x.pe').flatMap((peer) => parseEndpoint(peer) ?? []),
      ...(select === undefined ? {} : { select }),
    })
  },
}

/** An info-hash and nothing else. */
export const bareHash: LinkKind = {
  scheme: '',
  parse(text) {
    const infoHash = infoHashOf(`urn:btih:${text}`)
    return infoHash === undefined ? undefined : wish(infoHash, {})
  },
}

export const torrentFile: FileKind = {
  extension: 'torrent',
  mediaType: 'application/x-bittorrent',
  recognise: (head) => head[0] === 100 && head[1] !== undefined && head[1] >= 48 && head[1] <= 57,
  parse(bytes) {
    const file = parseTorrent(bytes)
    const hint: Hint = {
      trackers: file.trackers,
      peers: [],
      webSeeds: file.webSeeds,
      httpSeeds: file.httpSeeds,
      info: file.info,
      name: file.layout.name,
      ...(file.comment === undefined ? {} : { comment: file.comment }),
      ...(file.createdBy === undefined ? {} : { createdBy: file.createdBy }),
      ...(file.createdAt === undefined ? {} : { createdAt: file.createdAt }),
    }
    return {
      content: { digests: [file.infoHash], name: file.layout.name, size: file.layout.size },
      hints: { bittorrent: encodeHint(hint) },
    }
  },
}

/** A magnet link with everything that helps to find it. */
export function formatMagnet(hint: Hint, content: Content): string {
  const infoHash = digestBy(content, 'btih')
  if (infoHash === undefined)
    throw fail('input', 'bittorrent/no-info-hash', 'Nothing is known that BitTorrent could find it by')
  const fields: [string, string][] = [
    ...(content.name === undefined ? [] : [['dn', content.name] as [string, string]]),
    ...(content.size === undefined ? [] : [['xl', String(content.size)] as [string, string]]),
    ...hint.trackers.flat().map((url): [string, string] => ['tr', url]),
    ...hint.webSeeds.map((url): [string, string] => ['ws', url]),
    ...hint.peers.slice(0, 10).map((peer): [string, string] => ['x.pe', endpointText(peer)]),
  ]
  return `magnet:?xt=urn:btih:${hexOf(infoHash)}${fields.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join('')}`
}

interface WishOptions {
  readonly name?: string | undefined
  readonly size?: number
  readonly trackers?: readonly (readonly string[])[]
  readonly webSeeds?: readonly string[]
  readonly peers?: readonly Endpoint[]
  readonly select?: readonly number[]
}

function wish(infoHash: Digest, { name, size, select, ...rest }: WishOptions): Wish {
  const hint: Hint = { ...emptyHint, ...rest, ...(name === undefined ? {} : { name }) }
  return {
    content: { digests: [infoHash], ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size }) },
    hints: { bittorrent: encodeHint(hint) },
    ...(select === undefined ? {} : { select }),
  }
}

/** Names and decoded values of a magnet link. @throws FaultError `input` `bittorrent/magnet` */
function fieldsOf(text: string): [string, string][] {
  const query = /^magnet:\?(.*)$/is.exec(text)?.[1]
  if (query === undefined) throw fail('input', 'bittorrent/magnet', 'A magnet link begins with “magnet:?”')
  return query
    .split('&')
    .slice(0, 1_000)
    .flatMap((part): [string, string][] => {
      const equals = part.indexOf('=')
      if (equals < 0) return []
      try {
        return [[part.slice(0, equals).toLowerCase(), decodeURIComponent(part.slice(equals + 1).replaceAll('+', ' '))]]
      } catch {
        return []
      }
    })
}

function infoHashOf(urn: string): Digest | undefined {
  const hash = /^urn:btih:([0-9a-z]+)$/i.exec(urn)?.[1]
  if (hash === undefined) return undefined
  if (/^[0-9a-f]{40}$/i.test(hash)) return digest(`btih:${hash.toLowerCase()}`)
  const bytes = hash.length === 32 ? fromBase32(hash) : undefined
  if (bytes?.length !== 20) throw fail('input', 'bittorrent/magnet', `“${hash.slice(0, 60)}” is no info-hash`)
  return digest(`btih:${bytes.toHex()}`)
}

/** `0,2,5-7` (BEP 53). */
function selection(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined
  const out: number[] = []
  for (const part of text.split(',')) {
    const match = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part.trim())
    if (match === null) continue
    for (let index = Number(match[1]); index <= Number(match[2] ?? match[1]) && out.length < mostSelected; index++)
      out.push(index)
  }
  return out
}
