import type { Claim } from '@kith/core/transfer/lane.ts'
import { filesIn } from '@kith/core/transfer/layout.ts'
import type { Range } from '@kith/core/range/range-set.ts'
import type { Metainfo } from '../wire/metainfo.ts'

/** `files`: the server has the files (BEP 19). `pieces`: a program on it is asked for pieces (BEP 17). */
export type Style = 'files' | 'pieces'

/** One request, or zeros that nobody needs to be asked for. */
export type Ask =
  | {
      readonly kind: 'request'
      readonly url: string
      /** Bytes of the file; undefined when the address says it all. */
      readonly range: Range | undefined
      /** The range is the whole file. */
      readonly whole: boolean
    }
  | { readonly kind: 'zeros'; readonly length: number }

/** Blocks that follow each other, and what gives their bytes one after another. */
export interface Run {
  readonly claims: readonly Claim[]
  readonly asks: readonly Ask[]
}

/** How to ask for claimed blocks: those that follow each other become one run, with a request for each file or piece. */
export function runsFor(metainfo: Metainfo, url: string, style: Style, claims: readonly Claim[]): Run[] {
  const runs: Claim[][] = []
  for (const claim of claims.toSorted((a, b) => a.offset - b.offset)) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && last.offset + last.length === claim.offset) run.push(claim)
    else runs.push([claim])
  }
  return runs.map((run) => {
    const last = run.at(-1)!
    const range = { start: run[0]!.offset, end: last.offset + last.length }
    return {
      claims: run,
      asks: style === 'files' ? fileAsks(metainfo, url, range) : pieceAsks(metainfo, url, range),
    }
  })
}

/** BEP 19: an address with a slash at its end is a folder that holds the torrent's file or folder. */
function fileAsks({ layout, originalName, originalPaths }: Metainfo, url: string, { start, end }: Range): Ask[] {
  const asks: Ask[] = []
  const { first, last } = filesIn(layout, start, end)
  for (const [at, file] of layout.files.slice(first, last + 1).entries()) {
    const range = { start: Math.max(0, start - file.offset), end: Math.min(file.size, end - file.offset) }
    if (range.end <= range.start) continue
    if (file.padding === true) {
      asks.push({ kind: 'zeros', length: range.end - range.start })
      continue
    }
    // The server has the torrent's own names, not what our file system is given.
    const path = layout.single ? [originalName] : [originalName, ...(originalPaths.get(first + at) ?? file.path)]
    const isFolder = url.endsWith('/') || !layout.single
    const address = isFolder ? `${url.replace(/\/$/, '')}/${path.map(encodeURIComponent).join('/')}` : url
    asks.push({ kind: 'request', url: address, range, whole: range.start === 0 && range.end === file.size })
  }
  return asks
}

/** BEP 17: the info-hash, the piece and ranges within it are in the query. */
function pieceAsks({ pieceLength, infoHash }: Metainfo, url: string, { start, end }: Range): Ask[] {
  const asks: Ask[] = []
  const hash = infoHash.slice(infoHash.indexOf(':') + 1).replace(/../g, '%$&')
  for (let at = start; at < end;) {
    const piece = Math.floor(at / pieceLength)
    const until = Math.min(end, (piece + 1) * pieceLength)
    const query = `info_hash=${hash}&piece=${piece}&ranges=${at - piece * pieceLength}-${until - piece * pieceLength - 1}`
    asks.push({
      kind: 'request',
      url: `${url}${url.includes('?') ? '&' : '?'}${query}`,
      range: undefined,
      whole: false,
    })
    at = until
  }
  return asks
}
